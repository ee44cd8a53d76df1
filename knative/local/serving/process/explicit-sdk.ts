import type { Metafile, Plugin } from 'esbuild';

/** The module that configures OpenTelemetry's NodeSDK completely, so that it reads nothing from the environment. */
const explicit = /(^|\/)functions\/_runtime\/sdk\.ts$/;
const sdk = /\/@opentelemetry\/sdk-node\//;
/** Exporters that NodeSDK would choose from, and readers of configuration files: gRPC, protobuf.js, YAML; 0.9 MB of 1.0 MB. */
const choices =
  /^@opentelemetry\/(exporter-(trace|metrics|logs)-otlp-(grpc|http|proto)|exporter-prometheus|exporter-zipkin|propagator-b3|configuration)$/;

/** Excludes from a bundle what NodeSDK loads to choose from. */
export const explicitSdk: Plugin = {
  name: 'explicit-sdk',
  setup(build) {
    build.onResolve({ filter: choices }, ({ path, importer }) =>
      sdk.test(importer) ? { path, namespace: 'left-out' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
  },
};

/** Whether another module imports NodeSDK, and may let it choose. */
export const hasOtherSdk = ({ inputs }: Metafile): boolean =>
  Object.entries(inputs).some(
    ([file, { imports }]) => !explicit.test(file) && !sdk.test(file) && imports.some(({ path }) => sdk.test(path)),
  );
