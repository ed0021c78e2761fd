# Images with the names and the programs of those that deploy/ uses, for machines that can fetch no images. The base is a
# plain Debian, made by make-stand-ins.sh.
ARG BASE=taskwire-stand-in

FROM ${BASE} AS node
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
# A registry behind an authority of one's own is believed by what this machine believes.
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt npm_config_cafile=/etc/ssl/certs/ca-certificates.crt

# Celery and redis-py are Debian's: pip finds them there, and nothing else.
FROM ${BASE} AS python
ENV PIP_NO_INDEX=1 PIP_NO_BUILD_ISOLATION=0 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN ln -s python3 /usr/bin/python

FROM ${BASE} AS redis
RUN mkdir /data && chown redis:redis /data
VOLUME /data
WORKDIR /data
CMD ["redis-server"]

FROM ${BASE} AS postgres
COPY postgres-entrypoint.sh /usr/local/bin/postgres-entrypoint.sh
ENV PGDATA=/var/lib/postgresql/data PATH=/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
VOLUME /var/lib/postgresql/data
STOPSIGNAL SIGINT
ENTRYPOINT ["postgres-entrypoint.sh"]

FROM ${BASE} AS haproxy
STOPSIGNAL SIGUSR1
CMD ["haproxy", "-f", "/etc/haproxy/haproxy.cfg"]
