# The worker with its nine tasks:
#
#   docker build -f deploy/images/worker.Dockerfile -t taskwire-worker .
#
# Give it a volume of its own at /var/lib/taskwire: the outbox has to outlive the container.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc tsconfig.json ./
COPY scripts/build.ts scripts/
COPY scripts/setup scripts/setup
COPY test/harness/package.json test/harness/
COPY packages packages
COPY apps apps
RUN npm install --no-save --no-audit --no-fund && node_modules/.bin/node scripts/build.ts

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY --from=build /src/package.json /src/package-lock.json /src/.npmrc ./
COPY --from=build /src/packages/protocol packages/protocol
COPY --from=build /src/packages/notifier packages/notifier
COPY --from=build /src/apps/worker apps/worker
RUN npm install --workspace @taskwire/worker --omit=dev --no-save --ignore-scripts --no-audit --no-fund \
  && rm -rf packages/*/src packages/*/test apps/*/src apps/*/test \
  && mkdir -p /var/lib/taskwire && chown 1000:1000 /var/lib/taskwire

FROM ${NODE_IMAGE}
WORKDIR /app
COPY --from=packages /app .
COPY --from=packages --chown=1000:1000 /var/lib/taskwire /var/lib/taskwire
ENV NODE_ENV=production TASKWIRE_DATA_DIR=/var/lib/taskwire
USER 1000:1000
VOLUME /var/lib/taskwire
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "apps/worker/dist/main.js"]
