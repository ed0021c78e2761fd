#!/bin/sh
# Makes .env and secrets/ beside this script, once: what is there is left alone.
set -eu
umask 077
cd "$(dirname -- "$0")"
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
mkdir -p secrets
for user in worker web admin; do
  [ -s "secrets/taskwire-$user" ] || random > "secrets/taskwire-$user"
done
# Redis reads them as its own user.
chmod 755 secrets && chmod 644 secrets/*
[ -s .env ] || cat > .env <<END
POSTGRES_PASSWORD=$(random)
REDIS_WORKER_PASSWORD=$(cat secrets/taskwire-worker)
REDIS_WEB_PASSWORD=$(cat secrets/taskwire-web)
TASKWIRE_OPERATOR_TOKENS=operator:$(random)
END
# One that came with a later release is added.
grep -q '^CELERY_BROKER_PASSWORD=' .env || echo "CELERY_BROKER_PASSWORD=$(random)" >> .env
echo "make-secrets.sh: .env and secrets/ are there; the token to sign in with is in .env"
