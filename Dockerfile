# One image per function: docker build --build-arg FUNCTION=posts .
# BASE needs Node ≥ 24.7 at /nodejs/bin/node or on its PATH, and nothing else; the default has no shell and no package manager.
ARG BASE=gcr.io/distroless/nodejs24-debian13:nonroot

FROM node:24-bookworm-slim AS build
ARG FUNCTION
ARG BASE
ARG SOURCE_DATE_EPOCH
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
COPY functions functions
COPY cli/package.json cli/
COPY events/package.json events/
COPY knative/cesql/package.json knative/cesql/
COPY knative/checks/package.json knative/checks/
COPY knative/deploy/package.json knative/deploy/
COPY knative/filters/package.json knative/filters/
COPY knative/generate/package.json knative/generate/
COPY knative/image/package.json knative/image/
COPY knative/local/backing/package.json knative/local/backing/
COPY knative/local/console/package.json knative/local/console/
COPY knative/local/eventing/package.json knative/local/eventing/
COPY knative/local/http/package.json knative/local/http/
COPY knative/local/kubernetes-api/package.json knative/local/kubernetes-api/
COPY knative/local/manifests/package.json knative/local/manifests/
COPY knative/local/monitoring/package.json knative/local/monitoring/
COPY knative/local/package.json knative/local/
COPY knative/local/serving/package.json knative/local/serving/
COPY knative/local/telemetry/package.json knative/local/telemetry/
COPY knative/local/time/package.json knative/local/time/
COPY knative/testing/package.json knative/testing/
COPY observability/package.json observability/
COPY observability/signals/package.json observability/signals/
COPY tests/package.json tests/
COPY tests/empty-package/package.json tests/empty-package/
RUN npm ci
COPY . .
RUN node knative/image/bundle.ts "${FUNCTION:?name one of functions/}" /app --base "$BASE"

FROM ${BASE}
ARG FUNCTION
ARG VERSION=0.1.0
ARG REVISION
ARG SOURCE
ARG CREATED
LABEL org.opencontainers.image.title="dormouse/${FUNCTION}" \
      org.opencontainers.image.description="A blog platform of small TypeScript functions that scale to zero on Knative, and on one laptop without a cluster." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.created="${CREATED}"
ENV PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin \
    NODE_ENV=production \
    NODE_COMPILE_CACHE=/app/cache \
    NODE_COMPILE_CACHE_PORTABLE=1 \
    MALLOC_ARENA_MAX=2 \
    MALLOC_TRIM_THRESHOLD_=131072
WORKDIR /app
COPY --from=build /app /app
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["node", "main.js"]
