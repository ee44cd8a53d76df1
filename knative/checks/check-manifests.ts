import { resolve } from 'node:path';
import { checkExampleAddresses } from './example-addresses.ts';
import { shown } from './manifest.ts';
import {
  type Choice,
  choices,
  optionalIn,
  overlays,
  type Rendering,
  render,
  wholeFolders,
  wrongWith,
} from './renderings.ts';

export interface CheckedManifests {
  /** How many kustomizations were rendered. */
  renderings: number;
  /** What is wrong, each with the renderings in which it is. */
  problems: { message: string; renderings: string[] }[];
}

/**
 * Checks manifests without a cluster: schemas, what Knative's webhooks reject, references, Pod Security "restricted".
 * @param folders kustomizations, in which addresses of an example are wrong too, since they are somebody's own; none means every overlay,
 * and the base with every choice of components that differs
 */
export async function checkManifests(folders: readonly string[]): Promise<CheckedManifests> {
  const everything = folders.length === 0;
  const alone = choices().filter((each) => each.components.length === 1);
  const wanted: Choice[] = everything
    ? [...wholeFolders(overlays()), ...choices()]
    : folders.map((folder) => ({ name: folder, folder: resolve(folder), components: [] }));
  const renderings = await render([...wanted, ...(everything ? [] : alone)]);
  const optional = optionalIn(renderings);
  const found = new Map<string, string[]>();
  for (const rendering of renderings.slice(0, wanted.length))
    for (const line of [...(await wrongWith(rendering, optional)), ...(everything ? [] : examplesIn(rendering))])
      found.set(line, [...(found.get(line) ?? []), rendering.name]);
  return {
    renderings: wanted.length,
    problems: [...found].map(([message, renderings]) => ({ message, renderings })),
  };
}

const examplesIn = ({ manifests }: Rendering): string[] => checkExampleAddresses(manifests).map(shown);
