# syntax=docker/dockerfile:1
# The Node.js that package.json pins for everything else.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Without install scripts: the image brings Node.js, and nothing else here has anything to install.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
COPY console ./console
COPY client/src ./client/src
COPY openapi.json ./
# Single modules are for scripts that are not in the image.
RUN node scripts/build.js && rm -r dist/modules dist/compile-cache && npm prune --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund
# What is compiled is kept by user: as the one that will run it, who may write nowhere else, nor here later.
RUN install -d -o node dist/compile-cache
USER node
RUN node scripts/warm-compile-cache.js

FROM node:24.21.0-bookworm-slim
# `docker build --build-arg REFILL_COMMIT=$(git rev-parse --short HEAD) .`: the first line of the log says it.
ARG REFILL_COMMIT=
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 HOST=0.0.0.0 METRICS_HOST=0.0.0.0 PORT=3000 DATA_DIR=/data REFILL_COMMIT=$REFILL_COMMIT
WORKDIR /app
# Owned by root, so that what runs cannot change its own code.
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# Only development writes here: the embedded database, demo.json and the sandbox provider's books.
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node.js itself, not npm, so that the signal arrives. It ends within 15 s: run with `--stop-timeout 20`.
STOPSIGNAL SIGTERM
CMD ["node", "--max-old-space-size=288", "--min-semi-space-size=32", "--max-semi-space-size=32", "dist/main.js"]
