import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Source } from '@dormouse/manifests/source';
import type { WrittenObject } from '@dormouse/manifests/source-objects';
import { ManifestError, type Rendered } from '@dormouse/manifests/yaml/origin';

export interface LoadOptions {
  /** What was written through the Kubernetes API. */
  written?: readonly WrittenObject[];
  /** The files as they were rendered before: they have not changed. */
  rendered?: { objects: readonly Rendered[]; files: readonly string[] } | undefined;
}

/**
 * Renders and reads an overlay, or a folder of manifests, with the local configuration of its platform.yaml, and with what was
 * written in place of its objects.
 * @param root folder of the project
 * @throws ManifestError
 */
export async function loadOverlay(
  overlay: string,
  root: string,
  { written = [], rendered: before }: LoadOptions = {},
): Promise<Source> {
  const folder = resolve(overlay);
  if (!existsSync(folder)) throw new ManifestError({ file: overlay, line: 1 }, 'there is no such folder');
  const [{ renderFolder }, { readObjects }, { readLocalConfig }] = await Promise.all([
    import('@dormouse/manifests/kustomize/render-folder'),
    import('@dormouse/manifests/source-objects'),
    import('@dormouse/manifests/local-config'),
  ]);
  const files = new Set(before?.files);
  const { rendered, note } = before ? { rendered: before.objects } : renderFolder(folder, files);
  const { platform, objects } = readObjects(rendered, written, overlay);
  const localConfig = await readLocalConfig(folder, root);
  return {
    platform,
    localConfig,
    files: [...files, ...localConfig.files],
    ...{ rendered, objects, folder: overlay },
    ...(note && { note }),
  };
}
