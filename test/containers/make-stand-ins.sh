#!/bin/sh
# Makes images under the names that deploy/ uses, where they are not there and cannot be fetched. Needs root, debootstrap
# and the Debian archive; the base is kept in the folder $1.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
kept=$1
node=$2
mkdir -p "$kept"

missing=''
for image in node:24-bookworm-slim redis:7-bookworm postgres:17-bookworm haproxy:3.0-bookworm; do
  docker image inspect "$image" > /dev/null 2>&1 && continue
  timeout 20 docker pull -q "$image" > /dev/null 2>&1 && continue
  missing="$missing $image"
done
[ -n "$missing" ] || exit 0

if [ ! -s "$kept/base.tar" ]; then
  rm -rf "$kept/base"
  debootstrap --variant=minbase \
    --include=ca-certificates,redis-server,postgresql-15,haproxy bookworm "$kept/base" > "$kept/debootstrap.log" 2>&1
  rm -rf "$kept"/base/var/cache/apt/* "$kept"/base/var/lib/apt/lists/*
  tar -C "$kept/base" -cf "$kept/base.tar.part" . && mv "$kept/base.tar.part" "$kept/base.tar"
  rm -rf "$kept/base"
fi
docker image inspect taskwire-stand-in > /dev/null 2>&1 || docker import "$kept/base.tar" taskwire-stand-in > /dev/null

context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
cp "$here/stand-ins.Dockerfile" "$here/postgres-entrypoint.sh" "$node" "$context"
cp -rL "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" "$context/npm"
cp /etc/ssl/certs/ca-certificates.crt "$context"
for image in $missing; do
  DOCKER_BUILDKIT=0 docker build -q -f "$context/stand-ins.Dockerfile" --target "${image%%:*}" -t "$image" "$context" > /dev/null
  echo "made a stand-in for $image"
done
