#!/bin/sh
# Starts Redis with the users of users.acl, each of whose passwords is given, and over TLS where there is a certificate.
#
#   REDIS_PASSWORDS  folder of files that hold a password each, named as the user: taskwire-worker, taskwire-web …
#                    A user without a file stays switched off. Default: /run/secrets
#   REDIS_USERS      the ACL file, as `taskwire redis-users` prints it. Default: users.acl beside this script
#   REDIS_TLS        folder with redis.crt and redis.key, and ca.crt where clients have to show a certificate of their
#                    own. Unset: no TLS
#   REDIS_PORT       default: 6379
#
# Arguments are handed on to redis-server, such as --bind or --maxmemory.
set -eu
umask 077
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
passwords=${REDIS_PASSWORDS:-/run/secrets}
port=${REDIS_PORT:-6379}

# Only hashes are written. Redis rewrites the file on ACL SAVE, so it is a copy.
users=$(mktemp -d)/users.acl
cp "${REDIS_USERS:-$here/users.acl}" "$users"
given=0
for user in $(sed -n 's/^user \([^ ]*\) off .*/\1/p' "$users"); do
  file=$passwords/$user
  [ -f "$file" ] || continue
  password=$(cat "$file")
  if [ "${#password}" -lt 20 ]; then
    echo "start.sh: the password in $file has ${#password} characters; expected at least 20, such as openssl rand -hex 32" >&2
    exit 1
  fi
  hash=$(printf %s "$password" | sha256sum | cut -d ' ' -f 1)
  sed -i "s/^user $user off /user $user on #$hash /" "$users"
  given=$((given + 1))
done
if [ "$given" = 0 ]; then
  echo "start.sh: expected passwords in $passwords, in files named as the users of taskwire, got none" >&2
  exit 1
fi

if [ -n "${REDIS_TLS:-}" ]; then
  set -- --port 0 --tls-port "$port" \
    --tls-cert-file "$REDIS_TLS/redis.crt" --tls-key-file "$REDIS_TLS/redis.key" "$@"
  if [ -f "$REDIS_TLS/ca.crt" ]; then
    set -- --tls-ca-cert-file "$REDIS_TLS/ca.crt" --tls-auth-clients yes "$@"
  else
    set -- --tls-auth-clients no "$@"
  fi
else
  set -- --port "$port" "$@"
fi
exec redis-server "$here/redis.conf" --aclfile "$users" "$@"
