#!/bin/sh
# The part of the official entry point that deploy/ uses: makes the database at the first start, then runs the server.
set -eu
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" && chown -R postgres "$PGDATA" && chmod 700 "$PGDATA"
  exec setpriv --reuid postgres --regid postgres --init-groups "$0" "$@"
fi
bin=/usr/lib/postgresql/15/bin
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  password=$(mktemp) && printf %s "$POSTGRES_PASSWORD" > "$password"
  "$bin/initdb" -D "$PGDATA" -U "$POSTGRES_USER" --pwfile "$password" --auth-host scram-sha-256 -E UTF8 --locale C.UTF-8
  rm "$password"
  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
  "$bin/pg_ctl" -D "$PGDATA" -w start -o "-c listen_addresses='' -k /tmp"
  "$bin/createdb" -h /tmp -U "$POSTGRES_USER" "$POSTGRES_USER"
  "$bin/pg_ctl" -D "$PGDATA" -w stop
fi
exec "$bin/postgres" -D "$PGDATA" -c listen_addresses='*' -k /tmp "$@"
