# Made by envspec from a spec; `envspec compile` writes it again.
FROM python:3.11-slim@sha256:abababababababababababababababababababababababababababababababab AS system
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \

      libgomp1=12.2.0-14 \
 && rm -rf /var/lib/apt/lists/*
RUN mkdir -p /home/envspec /work \
 && chmod 1777 /home/envspec /work \
 && if ! grep -q '^[^:]*:[^:]*:1000:' /etc/passwd; then \
      echo 'envspec:x:1000:1000::/home/envspec:/bin/sh' >> /etc/passwd; \
    fi

FROM python:3.11-slim@sha256:abababababababababababababababababababababababababababababababab AS installer
COPY build/installer.txt /opt/envspec/build/
RUN python3 -m pip install --target /opt/envspec/installer --no-cache-dir --no-compile --disable-pip-version-check --require-hashes -r /opt/envspec/build/installer.txt

FROM python:3.11-slim@sha256:abababababababababababababababababababababababababababababababab AS python
COPY --from=installer /opt/envspec/installer/bin/uv /usr/local/bin/
COPY build/create_environment.sh /opt/envspec/build/
ENV UV_PYTHON_DOWNLOADS=never
RUN ["/bin/sh", "/opt/envspec/build/create_environment.sh", "3.11"]

FROM python AS envspec-packages-1
ENV PATH=/opt/envspec/installer/bin:$PATH UV_NO_CONFIG=1 UV_LINK_MODE=copy PYTHONHASHSEED=0
WORKDIR /opt/envspec/build
COPY build/layers.py ./
COPY requirements.txt ./
RUN touch started \
 && uv pip install --python /opt/envspec/env/bin/python --break-system-packages --no-cache --no-deps --require-hashes -r requirements.txt \
 && /opt/envspec/env/bin/python -S layers.py /opt/envspec/env started /root/.cache/envspec /opt/envspec/layers move huge large rest

FROM python AS envspec-server
COPY server /opt/envspec/server
RUN ["/opt/envspec/env/bin/python", "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "/opt/envspec/server"]

FROM system
COPY --from=python /opt/envspec/env /opt/envspec/env
COPY --from=envspec-packages-1 /opt/envspec/layers/huge /opt/envspec/env
COPY --from=envspec-packages-1 /opt/envspec/layers/large /opt/envspec/env
COPY --from=envspec-packages-1 /opt/envspec/layers/rest /opt/envspec/env
ENV PATH=/opt/envspec/env/bin:$PATH
ENV HOME=/home/envspec LANG=C.UTF-8
WORKDIR /work
ARG FLAVOUR="plain"
COPY build/run /opt/envspec/run
# hadolint ignore=DL3059
RUN ["/bin/sh", "-c", "exec /bin/sh -e /opt/envspec/run/run-1.sh 2>&1"]
# hadolint ignore=DL3059
RUN ["/bin/sh", "-c", "exec /bin/sh -e /opt/envspec/run/run-2.sh 2>&1"]
LABEL "org.example.team"="ML \"core\" \$HOME"

COPY build/health_probe.py /opt/envspec/
COPY --from=envspec-server /opt/envspec/server /opt/envspec/server
ENV ENVSPEC_ENTRY="/opt/envspec/source/score.py"
ENV ENVSPEC_HOST=0.0.0.0 ENVSPEC_PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["/opt/envspec/env/bin/python", "-I", "-S", "/opt/envspec/health_probe.py"]
COPY source /opt/envspec/source
USER 1000:1000
ENTRYPOINT []
CMD ["/opt/envspec/env/bin/python", "-I", "-S", "/opt/envspec/server/front.py"]
