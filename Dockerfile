# An image for `lab up --image`, on a public base: for those who publish one for their machines, or want other versions of
# haproxy and dnsmasq than a machine has. lab itself needs neither this file nor a registry: without --image it makes such
# an image of the machine's own files (`lab image` prints its name).
#
#   ./lab --version                                   # brings the pinned Node.js into the checkout
#   docker build --tag registry.example/lab:0.1.0 .
#   docker push registry.example/lab:0.1.0
#   sudo lab up --image registry.example/lab:0.1.0 dhcp-mode
#
# What any such image must have on its PATH: haproxy, dnsmasq, radvd where routers have IPv6 subnets, nsenter, setpriv, sh,
# and the four programs below. Where the machine has a user `neutron`, services run as that; the image needs it by the same ids.
ARG BASE=docker.io/library/debian:bookworm-slim
FROM ${BASE}

RUN apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
    ca-certificates dnsmasq-base haproxy libstdc++6 radvd util-linux \
  && rm -rf /var/lib/apt/lists/*

COPY node_modules/node-linux-*/bin/node /usr/bin/node
COPY package.json /opt/lab/
COPY src/daemon /opt/lab/src/daemon
COPY src/nova /opt/lab/src/nova
COPY src/wsgi /opt/lab/src/wsgi
COPY src/neutron/metadata-agent /opt/lab/src/neutron/metadata-agent
COPY src/neutron/ns-metadata-proxy /opt/lab/src/neutron/ns-metadata-proxy
COPY src/neutron/ovn/release.ts /opt/lab/src/neutron/ovn/
COPY src/neutron/release.ts /opt/lab/src/neutron/
COPY src/topology/release-names.ts /opt/lab/src/topology/

# The daemons start faster with what Node.js has compiled of them; started without arguments, they load and give up.
ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin \
  NODE_COMPILE_CACHE=/opt/lab/.cache \
  NODE_COMPILE_CACHE_PORTABLE=1
RUN for name in neutron-metadata-agent nova-api-metadata neutron-ns-metadata-proxy lab-healthcheck; do \
    printf "#!/usr/bin/node\nimport '/opt/lab/src/daemon/%s.ts'\n" "$name" > "/usr/bin/$name" \
    && chmod 755 "/usr/bin/$name" \
    && { "$name" > /tmp/said 2>&1; grep -Eq 'cannot start|usage' /tmp/said; } || exit 1; \
  done; rm /tmp/said

LABEL org.opencontainers.image.title=lab org.opencontainers.image.version=0.1.0
WORKDIR /
