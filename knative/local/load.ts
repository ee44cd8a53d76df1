import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Source } from '@dormouse/manifests/source';
import { ManifestError } from '@dormouse/manifests/yaml/origin';

/**
 * Renders and reads an overlay, or a folder of manifests, with the local configuration of its platform.yaml.
 * @param root folder of the project
 * @throws ManifestError
 */
export async function loadOverlay(overlay: string, root: string): Promise<Source> {
  const folder = resolve(overlay);
  if (!existsSync(folder)) throw new ManifestError({ file: overlay, line: 1 }, 'there is no such folder');
  const [{ renderFolder }, { readPlatform }, { readLocalConfig }] = await Promise.all([
    import('@dormouse/manifests/kustomize/render-folder'),
    import('@dormouse/manifests/readers/read-platform'),
    import('@dormouse/manifests/local-config'),
  ]);
  const files = new Set<string>();
  const { rendered, note } = renderFolder(folder, files);
  const platform = readPlatform(rendered);
  const localConfig = await readLocalConfig(folder, root);
  return { platform, localConfig, files: [...files, ...localConfig.files], ...(note && { note }) };
}
