# The web process, the standalone listener, and every other command of taskwire:
#
#   docker build -f deploy/images/web.Dockerfile -t taskwire-web .
#   docker run taskwire-web listener
#
# Settings come from the environment (docs/settings.md). Nothing is written: run it read-only.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc tsconfig.json ./
COPY scripts/build.ts scripts/
COPY scripts/setup scripts/setup
COPY test/harness/package.json test/harness/
COPY packages packages
COPY apps apps
# Everything, as the compilers are among it.
RUN npm install --no-save --no-audit --no-fund && node_modules/.bin/node scripts/build.ts

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY --from=build /src/package.json /src/package-lock.json /src/.npmrc ./
COPY --from=build /src/packages packages
# What taskwire needs when it runs. None of it has an install step.
RUN npm install --workspace taskwire --omit=dev --no-save --ignore-scripts --no-audit --no-fund \
  && rm -rf packages/*/src packages/*/test packages/server/dashboard

FROM ${NODE_IMAGE}
WORKDIR /app
COPY --from=packages /app .
ENV NODE_ENV=production TASKWIRE_HOST=0.0.0.0 PORT=8080
# By number, so that an orchestrator can see that it is not root.
USER 1000:1000
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "packages/taskwire/bin/taskwire.js"]
CMD ["web"]
