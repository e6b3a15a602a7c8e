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
RUN python3 -m venv /opt/envspec/installer \
 && /opt/envspec/installer/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /opt/envspec/build/installer.txt

FROM python:3.11-slim@sha256:abababababababababababababababababababababababababababababababab AS python
COPY --from=installer /opt/envspec/installer/bin/uv /usr/local/bin/
COPY build/create_environment.sh /opt/envspec/build/
ENV UV_PYTHON_DOWNLOADS=never
RUN ["/bin/sh", "/opt/envspec/build/create_environment.sh", "3.11"]
ENV PATH=/opt/envspec/installer/bin:$PATH UV_NO_CONFIG=1 UV_LINK_MODE=copy PYC_INVALIDATION_MODE=CHECKED_HASH
WORKDIR /opt/envspec/build
COPY requirements.txt ./
RUN uv pip install --python /opt/envspec/env/bin/python --break-system-packages --compile-bytecode --no-cache --no-deps --require-hashes -r requirements.txt \
 && rm -f /opt/envspec/env/.lock

FROM system
COPY --from=python /opt/envspec/env /opt/envspec/env
ENV PATH=/opt/envspec/env/bin:$PATH
ENV HOME=/home/envspec LANG=C.UTF-8
WORKDIR /work
ARG FLAVOUR="plain"
COPY build/run /opt/envspec/run
# hadolint ignore=DL3059
RUN ["/bin/sh", "-e", "/opt/envspec/run/run-1.sh"]
# hadolint ignore=DL3059
RUN ["/bin/sh", "-e", "/opt/envspec/run/run-2.sh"]
LABEL "org.example.team"="ML \"core\" \$HOME"

COPY build/health_probe.py /opt/envspec/
COPY server /opt/envspec/server
RUN ["/opt/envspec/env/bin/python", "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "/opt/envspec/server"]
COPY source /opt/envspec/source
ENV ENVSPEC_ENTRY="/opt/envspec/source/score.py"
ENV ENVSPEC_HOST=0.0.0.0 ENVSPEC_PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["/opt/envspec/env/bin/python", "-I", "-S", "/opt/envspec/health_probe.py"]
USER 1000:1000
ENTRYPOINT []
CMD ["/opt/envspec/env/bin/python", "-I", "-S", "/opt/envspec/server/front.py"]
