import type { Manifest } from '@dormouse/manifests/yaml/origin';
import { stringify } from 'yaml';
import { manifestsOf, withImage } from './function-manifests.ts';
import { renderOverlay } from './overlay.ts';

/** YAML without aliases and line folding, a document for each object. */
export const written = (manifests: readonly Manifest[]): string =>
  manifests.map((each) => stringify(each, { aliasDuplicateObjects: false, lineWidth: 0 })).join('---\n');

export interface RenderOptions {
  overlay: string;
  image?: string | undefined;
  /** All objects of the function, not only its Service. */
  all?: boolean;
}

/** One function of an overlay, as `kn service apply -f` and kubectl take it. @throws DeployError if there is no such overlay or function. */
export async function renderFunction(name: string, { overlay, image, all = false }: RenderOptions): Promise<string> {
  const found = manifestsOf(name, await renderOverlay(overlay));
  const service = image ? withImage(found.service, image) : found.service;
  return written(all ? [...found.needs, ...found.rights, service, ...found.senders] : [service]);
}
