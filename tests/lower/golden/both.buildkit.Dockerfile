# Made by envspec from a spec; `envspec compile` writes it again.
FROM python:3.11-slim@sha256:abababababababababababababababababababababababababababababababab AS system
RUN mkdir -p /home/envspec /work \
 && chmod 1777 /home/envspec /work \
 && if ! grep -q '^[^:]*:[^:]*:1000:' /etc/passwd; then \
      echo 'envspec:x:1000:1000::/home/envspec:/bin/sh' >> /etc/passwd; \
    fi

FROM python:3.11-slim@sha256:abababababababababababababababababababababababababababababababab AS installer
COPY build/installer.txt /opt/envspec/build/
RUN --mount=type=cache,target=/root/.cache/pip --mount=type=secret,id=envspec-ca,mode=0444 --mount=type=secret,id=envspec-proxies --mount=type=bind,source=build/step.sh,target=/run/step.sh /bin/sh /run/step.sh -- python3 -m pip install --target /opt/envspec/installer --no-compile --disable-pip-version-check --require-hashes -r /opt/envspec/build/installer.txt

FROM python:3.11-slim@sha256:abababababababababababababababababababababababababababababababab AS python
COPY --from=installer /opt/envspec/installer/bin/uv /usr/local/bin/
COPY build/create_environment.sh /opt/envspec/build/
ENV UV_PYTHON_DOWNLOADS=never
RUN ["/bin/sh", "/opt/envspec/build/create_environment.sh", "3.11"]

FROM python AS envspec-packages-1
ENV PATH=/opt/envspec/installer/bin:$PATH UV_NO_CONFIG=1 UV_LINK_MODE=copy PYTHONHASHSEED=0
WORKDIR /opt/envspec/build
COPY build/layers.py ./
COPY build/x86_64/requirements-1.txt build/x86_64/requirements-2.txt x86_64/
COPY build/aarch64/requirements-1.txt build/aarch64/requirements-2.txt aarch64/
RUN --mount=type=cache,target=/root/.cache/uv --mount=type=cache,target=/root/.cache/envspec --mount=type=secret,id=envspec-ca,mode=0444 --mount=type=secret,id=envspec-proxies --mount=type=bind,source=build/step.sh,target=/run/step.sh touch started \
 && /bin/sh /run/step.sh -- uv pip install --python /opt/envspec/env/bin/python --break-system-packages --no-deps --require-hashes -r "$(uname -m)"/requirements-1.txt \
 && /bin/sh /run/step.sh -- env UV_INDEX='' UV_EXTRA_INDEX_URL='' UV_FIND_LINKS='' uv pip install --python /opt/envspec/env/bin/python --break-system-packages --default-index index=https://packages.example/simple --no-deps --require-hashes -r "$(uname -m)"/requirements-2.txt \
 && /opt/envspec/env/bin/python -S layers.py /opt/envspec/env started /root/.cache/envspec /opt/envspec/layers move huge large rest

FROM system
COPY --from=python /opt/envspec/env /opt/envspec/env
COPY --from=envspec-packages-1 /opt/envspec/layers/huge /opt/envspec/env
COPY --from=envspec-packages-1 /opt/envspec/layers/large /opt/envspec/env
COPY --from=envspec-packages-1 /opt/envspec/layers/rest /opt/envspec/env
ENV PATH=/opt/envspec/env/bin:$PATH
ENV HOME=/home/envspec LANG=C.UTF-8
WORKDIR /work
USER 1000:1000
ENTRYPOINT []
CMD ["/opt/envspec/env/bin/python"]
