# One image per function: docker build --build-arg FUNCTION=posts .
# BASE needs Node ≥ 24.7 at `node`; the default carries nothing but Node's own image.
ARG BASE=node:24-bookworm-slim

FROM node:24-bookworm-slim AS build
ARG FUNCTION
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
COPY events/package.json events/
COPY functions functions
COPY knative/cesql/package.json knative/cesql/
COPY knative/filters/package.json knative/filters/
COPY knative/local/package.json knative/local/
COPY tests/package.json tests/
RUN npm ci
COPY . .
RUN node knative/bundle.ts "${FUNCTION:?name one of functions/}" /app

FROM ${BASE}
ENV NODE_ENV=production NODE_COMPILE_CACHE=/app/cache NODE_COMPILE_CACHE_PORTABLE=1
WORKDIR /app
COPY --from=build /app /app
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["node", "main.js"]
