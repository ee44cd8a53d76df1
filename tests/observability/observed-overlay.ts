import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const project = join(import.meta.dirname, '../..');

interface Options {
  /** What it is like otherwise; default: the local overlay. */
  base?: string;
  /** More of what every function's environment says. */
  env?: Readonly<Record<string, string>>;
}

/** An overlay below `home` that is the local one, with telemetry sent elsewhere. */
export function observedOverlay(home: string, otlp: string, { base = 'knative/overlays/local', env = {} }: Options = {}): string {
  const folder = join(home, 'observed-overlay');
  mkdirSync(folder, { recursive: true });
  const literals = Object.entries({ OTEL_EXPORTER_OTLP_ENDPOINT: otlp, ...env }).map(([name, value]) => `${name}=${value}`);
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [relative(folder, join(project, base))],
    configMapGenerator: [{ name: 'platform', behavior: 'merge', literals }],
  };
  writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
  return folder;
}
