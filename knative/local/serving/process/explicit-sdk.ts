import type { Metafile, Plugin } from 'esbuild';

/** Who tells OpenTelemetry's NodeSDK everything, so that it chooses nothing by the environment. */
const explicit = /(^|\/)functions\/_runtime\/sdk\.ts$/;
const sdk = /\/@opentelemetry\/sdk-node\//;
/** What it would choose from, and reads configuration files with: gRPC, protobuf.js, YAML, 0.9 MB of 1.0 MB. */
const choices =
  /^@opentelemetry\/(exporter-(trace|metrics|logs)-otlp-(grpc|http|proto)|exporter-prometheus|exporter-zipkin|propagator-b3|configuration)$/;

/** Leaves out of a bundle what NodeSDK loads to choose from. */
export const explicitSdk: Plugin = {
  name: 'explicit-sdk',
  setup(build) {
    build.onResolve({ filter: choices }, ({ path, importer }) =>
      sdk.test(importer) ? { path, namespace: 'left-out' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
  },
};

/** Whether somebody else imports NodeSDK, who may have it choose. */
export const hasOtherSdk = ({ inputs }: Metafile): boolean =>
  Object.entries(inputs).some(
    ([file, { imports }]) => !explicit.test(file) && !sdk.test(file) && imports.some(({ path }) => sdk.test(path)),
  );
