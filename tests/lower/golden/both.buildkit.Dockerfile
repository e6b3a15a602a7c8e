# Made by envspec from a spec; `envspec compile` writes it again.
FROM python:3.11-slim@sha256:abababababababababababababababababababababababababababababababab AS system
RUN mkdir -p /home/envspec /work \
 && chmod 1777 /home/envspec /work \
 && if ! grep -q '^[^:]*:[^:]*:1000:' /etc/passwd; then \
      echo 'envspec:x:1000:1000::/home/envspec:/bin/sh' >> /etc/passwd; \
    fi

FROM python:3.11-slim@sha256:abababababababababababababababababababababababababababababababab AS installer
COPY build/installer.txt /opt/envspec/build/
RUN --mount=type=secret,id=envspec-ca --mount=type=bind,source=build/with_ca.sh,target=/run/with_ca.sh /bin/sh /run/with_ca.sh python3 -m venv /opt/envspec/installer \
 && /bin/sh /run/with_ca.sh /opt/envspec/installer/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /opt/envspec/build/installer.txt

FROM python:3.11-slim@sha256:abababababababababababababababababababababababababababababababab AS python
COPY --from=installer /opt/envspec/installer/bin/uv /usr/local/bin/
COPY build/create_environment.sh /opt/envspec/build/
ENV UV_PYTHON_DOWNLOADS=never
RUN ["/bin/sh", "/opt/envspec/build/create_environment.sh", "3.11"]
ENV PATH=/opt/envspec/installer/bin:$PATH UV_NO_CONFIG=1 UV_LINK_MODE=copy PYC_INVALIDATION_MODE=CHECKED_HASH
WORKDIR /opt/envspec/build
COPY build/x86_64/requirements-1.txt x86_64/
COPY build/aarch64/requirements-1.txt aarch64/
RUN --mount=type=cache,target=/root/.cache/uv,sharing=locked --mount=type=secret,id=envspec-ca --mount=type=bind,source=build/with_ca.sh,target=/run/with_ca.sh /bin/sh /run/with_ca.sh uv pip install --python /opt/envspec/env/bin/python --break-system-packages --compile-bytecode --no-deps --require-hashes -r "$(uname -m)"/requirements-1.txt \
 && rm -f /opt/envspec/env/.lock
COPY build/x86_64/requirements-2.txt x86_64/
COPY build/aarch64/requirements-2.txt aarch64/
RUN --mount=type=cache,target=/root/.cache/uv,sharing=locked --mount=type=secret,id=envspec-ca --mount=type=bind,source=build/with_ca.sh,target=/run/with_ca.sh /bin/sh /run/with_ca.sh uv pip install --python /opt/envspec/env/bin/python --break-system-packages --compile-bytecode --no-deps --require-hashes -r "$(uname -m)"/requirements-2.txt \
 && rm -f /opt/envspec/env/.lock

FROM system
COPY --from=python /opt/envspec/env /opt/envspec/env
ENV PATH=/opt/envspec/env/bin:$PATH
ENV HOME=/home/envspec LANG=C.UTF-8
WORKDIR /work
USER 1000:1000
ENTRYPOINT []
CMD ["/opt/envspec/env/bin/python"]
