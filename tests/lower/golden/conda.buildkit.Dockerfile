# Made by envspec from a spec; `envspec compile` writes it again.
ARG ENVSPEC_BUILDER=python:3.11-slim
FROM debian:bookworm-slim@sha256:abababababababababababababababababababababababababababababababab AS system
RUN mkdir -p /home/envspec /work \
 && chmod 1777 /home/envspec /work \
 && if ! grep -q '^[^:]*:[^:]*:1000:' /etc/passwd; then \
      echo 'envspec:x:1000:1000::/home/envspec:/bin/sh' >> /etc/passwd; \
    fi

FROM ${ENVSPEC_BUILDER} AS installer
COPY build/installer.txt /opt/envspec/build/
RUN --mount=type=cache,target=/root/.cache/pip --mount=type=secret,id=envspec-ca,mode=0444 --mount=type=secret,id=envspec-proxies --mount=type=bind,source=build/step.sh,target=/run/step.sh /bin/sh /run/step.sh -- python3 -m pip install --target /opt/envspec/installer --no-compile --disable-pip-version-check --require-hashes -r /opt/envspec/build/installer.txt

FROM installer AS python
COPY build/install_conda.py /opt/envspec/build/
COPY build/conda-explicit.txt /opt/envspec/build/
RUN --mount=type=cache,target=/tmp/conda-cache --mount=type=secret,id=envspec-ca,mode=0444 --mount=type=secret,id=envspec-proxies --mount=type=bind,source=build/step.sh,target=/run/step.sh /bin/sh /run/step.sh -- env PYTHONPATH=/opt/envspec/installer python3 /opt/envspec/build/install_conda.py explicit /opt/envspec/build/conda-explicit.txt /opt/envspec/env

FROM python AS envspec-packages-1
ENV PATH=/opt/envspec/installer/bin:$PATH UV_NO_CONFIG=1 UV_LINK_MODE=copy PYTHONHASHSEED=0
WORKDIR /opt/envspec/build
COPY build/layers.py ./
COPY requirements.txt ./
RUN --mount=type=cache,target=/root/.cache/uv --mount=type=cache,target=/root/.cache/envspec --mount=type=secret,id=envspec-ca,mode=0444 --mount=type=secret,id=envspec-proxies --mount=type=bind,source=build/step.sh,target=/run/step.sh touch started \
 && /bin/sh /run/step.sh -- uv pip install --python /opt/envspec/env/bin/python --break-system-packages --no-deps --require-hashes -r requirements.txt \
 && /opt/envspec/env/bin/python -S layers.py /opt/envspec/env started /root/.cache/envspec /opt/envspec/layers link huge large rest

FROM envspec-packages-1 AS envspec-packages-2
COPY build/local local
COPY build/local.txt ./
RUN --mount=type=cache,target=/root/.cache/uv --mount=type=cache,target=/root/.cache/envspec --mount=type=secret,id=envspec-ca,mode=0444 --mount=type=secret,id=envspec-proxies --mount=type=bind,source=build/step.sh,target=/run/step.sh touch started \
 && /bin/sh /run/step.sh -- uv pip install --python /opt/envspec/env/bin/python --break-system-packages --no-deps -r local.txt \
 && /opt/envspec/env/bin/python -S layers.py /opt/envspec/env started /root/.cache/envspec /opt/envspec/layers move local

FROM system
COPY --from=python /opt/envspec/env /opt/envspec/env
COPY --from=envspec-packages-1 /opt/envspec/layers/huge /opt/envspec/env
COPY --from=envspec-packages-1 /opt/envspec/layers/large /opt/envspec/env
COPY --from=envspec-packages-1 /opt/envspec/layers/rest /opt/envspec/env
COPY --from=envspec-packages-2 /opt/envspec/layers/local /opt/envspec/env
RUN xargs -0 rm -f < /opt/envspec/env/.replaced \
 && rm /opt/envspec/env/.replaced
ENV PATH=/opt/envspec/env/bin:$PATH
ENV HOME=/home/envspec LANG=C.UTF-8
WORKDIR /work
USER 1000:1000
ENTRYPOINT []
CMD ["/opt/envspec/env/bin/python"]
