#!/bin/sh
# Makes images under the names that deploy/ uses, where they are not there and cannot be fetched. Needs root, debootstrap
# and the Debian archive; the base is kept in the folder $1. $2 is the Node to put in.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
kept=$1
node=$2
packages=ca-certificates,redis-server,postgresql-15,haproxy,python3-celery,python3-redis,python3-venv,python3-setuptools,python3-wheel
mkdir -p "$kept"

# Of an earlier run, perhaps of an earlier version of this file: what has not changed comes from the layers that are kept.
is_stand_in() {
  [ "$(docker image inspect -f '{{index .Config.Labels "taskwire.stand-in"}}' "$1" 2> /dev/null)" = yes ]
}

missing=''
for image in node:24-bookworm-slim python:3.13-slim-bookworm redis:7-bookworm postgres:17-bookworm haproxy:3.0-bookworm; do
  if ! is_stand_in "$image"; then
    docker image inspect "$image" > /dev/null 2>&1 && continue
    timeout 30 docker pull -q "$image" > /dev/null 2>&1 && continue
  fi
  missing="$missing $image"
done
[ -n "$missing" ] || exit 0

# Named for what is in it: another list makes another base.
base=$kept/base-$(printf %s "$packages" | cksum | cut -d ' ' -f 1)
if [ ! -s "$base.tar" ]; then
  if ! command -v debootstrap > /dev/null; then
    echo "no registry gives$missing, and there is no debootstrap to make stand-ins with: apt-get install debootstrap" >&2
    exit 1
  fi
  rm -rf "$base"
  if ! debootstrap --variant=minbase --include="$packages" bookworm "$base" > "$base.log" 2>&1; then
    echo "no registry gives$missing, and debootstrap failed:" >&2
    tail -n 5 "$base.log" "$base/debootstrap/debootstrap.log" >&2
    exit 1
  fi
  rm -rf "$base"/var/cache/apt/* "$base"/var/lib/apt/lists/*
  tar -C "$base" -cf "$base.tar.part" . && mv "$base.tar.part" "$base.tar"
  rm -rf "$base"
fi
from=taskwire-stand-in:$(basename "$base")
docker image inspect "$from" > /dev/null 2>&1 || docker import "$base.tar" "$from" > /dev/null

context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
cp "$here/stand-ins.Dockerfile" "$here/postgres-entrypoint.sh" "$node" "$context"
cp -rL "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" "$context/npm"
cp /etc/ssl/certs/ca-certificates.crt "$context"
for image in $missing; do
  DOCKER_BUILDKIT=0 docker build -q -f "$context/stand-ins.Dockerfile" --build-arg BASE="$from" \
    --label taskwire.stand-in=yes --target "${image%%:*}" -t "$image" "$context" > /dev/null
  echo "made a stand-in for $image"
done
