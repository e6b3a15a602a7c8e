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
USER 1000:1000
