import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const project = join(import.meta.dirname, '../..');

/** An overlay below `home` that is the local one, with telemetry sent elsewhere. */
export function observedOverlay(home: string, otlp: string): string {
  const folder = join(home, 'observed-overlay');
  mkdirSync(folder, { recursive: true });
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace: 'dormouse',
    resources: [relative(folder, join(project, 'knative/overlays/local'))],
    configMapGenerator: [{ name: 'platform', behavior: 'merge', literals: [`OTEL_EXPORTER_OTLP_ENDPOINT=${otlp}`] }],
  };
  writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
  return folder;
}
