import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const project = join(import.meta.dirname, '../..');

/** An overlay below `home` that is `base`, with more in every function's environment. */
export function observedOverlay(home: string, base: string, env: Readonly<Record<string, string>>): string {
  const folder = join(home, 'observed-overlay');
  mkdirSync(folder, { recursive: true });
  const literals = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [relative(folder, join(project, base))],
    configMapGenerator: [{ name: 'platform', behavior: 'merge', literals }],
  };
  writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
  return folder;
}
