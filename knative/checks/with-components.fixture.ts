import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { render } from '@dormouse/manifests/kustomize/kustomize';
import type { Rendered } from '@dormouse/manifests/yaml/origin';

const knative = join(import.meta.dirname, '..');

/** The base with some components of knative/, as an overlay has them. What else an overlay of a cluster has, only `kubectl` renders. */
export function withComponents(...components: string[]): Rendered[] {
  const work = join(knative, '../.dormouse');
  mkdirSync(work, { recursive: true });
  const folder = mkdtempSync(join(work, 'components-'));
  try {
    const path = (to: string) => relative(folder, join(knative, to));
    const kustomization = { namespace: 'dormouse', resources: [path('base')], components: components.map(path) };
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    return render(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
