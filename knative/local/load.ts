import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Source } from './manifests/source.ts';
import { ManifestError } from './manifests/yaml/origin.ts';

/**
 * Renders and reads an overlay, with what its platform.yaml provides.
 * @param root folder of the project
 * @throws ManifestError
 */
export async function loadOverlay(overlay: string, root: string): Promise<Source> {
  const folder = resolve(overlay);
  if (!existsSync(join(folder, 'kustomization.yaml')))
    throw new ManifestError({ file: join(overlay, 'kustomization.yaml'), line: 1 }, 'there is no such file');
  const [{ render }, { readPlatform }, { readProvided }] = await Promise.all([
    import('./manifests/kustomize/kustomize.ts'),
    import('./manifests/readers/read-platform.ts'),
    import('./manifests/provided.ts'),
  ]);
  const files = new Set<string>();
  const platform = readPlatform(render(folder, files));
  const provided = await readProvided(folder, root);
  return { platform, provided, files: [...files, ...provided.files] };
}
