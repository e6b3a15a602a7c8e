# Made by envspec from a spec; `envspec compile` writes it again.
FROM registry.example/ml:2 AS system
# The base image may have a user of its own; these steps need root. The last USER is not root.
# hadolint ignore=DL3002,DL3066
USER root
RUN mkdir -p /home/envspec /work \
 && chmod 1777 /home/envspec /work \
 && if ! grep -q '^[^:]*:[^:]*:1000:' /etc/passwd; then \
      echo 'envspec:x:1000:1000::/home/envspec:/bin/sh' >> /etc/passwd; \
    fi

FROM system
ENV HOME=/home/envspec LANG=C.UTF-8
WORKDIR /work

COPY build/health_probe.py /opt/envspec/
COPY server /opt/envspec/server
RUN ["python3", "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "/opt/envspec/server"]
ENV ENVSPEC_ENTRY="/opt/envspec/source/score.py"
ENV ENVSPEC_HOST=0.0.0.0 ENVSPEC_PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python3", "-I", "-S", "/opt/envspec/health_probe.py"]
COPY source /opt/envspec/source
USER 1000:1000
ENTRYPOINT []
CMD ["python3", "-I", "-S", "/opt/envspec/server/front.py"]
