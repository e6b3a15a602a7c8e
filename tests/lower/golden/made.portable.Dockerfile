ARG ENVSPEC_BUILDER=python:3.11-slim
FROM debian:12 AS envspec-base
COPY base/tools base/requirements.txt /opt/
USER 1001
# The following was added by envspec.
FROM envspec-base AS system
# The base image may have a user of its own; these steps need root. The last USER is not root.
# hadolint ignore=DL3002,DL3066
USER root
RUN mkdir -p /home/envspec /work \
 && chmod 1777 /home/envspec /work \
 && if ! grep -q '^[^:]*:[^:]*:1000:' /etc/passwd; then \
      echo 'envspec:x:1000:1000::/home/envspec:/bin/sh' >> /etc/passwd; \
    fi

FROM ${ENVSPEC_BUILDER} AS installer
COPY build/installer.txt /opt/envspec/build/
RUN python3 -m pip install --target /opt/envspec/installer --no-cache-dir --no-compile --disable-pip-version-check --require-hashes -r /opt/envspec/build/installer.txt

FROM envspec-base AS python
# The base image may have a user of its own; these steps need root. The last USER is not root.
# hadolint ignore=DL3002,DL3066
USER root
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

FROM system
COPY --from=python /opt/envspec/env /opt/envspec/env
COPY --from=envspec-packages-1 /opt/envspec/layers/huge /opt/envspec/env
COPY --from=envspec-packages-1 /opt/envspec/layers/large /opt/envspec/env
COPY --from=envspec-packages-1 /opt/envspec/layers/rest /opt/envspec/env
ENV PATH=/opt/envspec/env/bin:$PATH PYTHONPATH= PYTHONHOME=
ENV HOME=/home/envspec LANG=C.UTF-8
WORKDIR /work
USER 1000:1000
ENTRYPOINT []
CMD ["/opt/envspec/env/bin/python"]
