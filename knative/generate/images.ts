import { parse } from 'yaml';
import { yaml } from './component.ts';
import type { Base } from './read-functions.ts';

interface Kustomization {
  images?: { name: string }[];
}

/** Images of components, which are no functions. */
const ofComponents = ['backup'];

/**
 * An entry for the image of each function, and of components. What a release wrote (a digest) stays; a new function is `unreleased`, and one that is gone
 * is left out.
 * @param text of images/kustomization.yaml as it stands
 */
export function imageEntries(text: string, { functions }: Base): string {
  const kustomization = parse(text) as Kustomization & object;
  const known = new Map((kustomization.images ?? []).map((entry) => [entry.name, entry]));
  const images = [...functions.map(({ name }) => name), ...ofComponents]
    .map((name) => `dormouse/${name}`)
    .map((name) => known.get(`dev.local/${name}`) ?? unreleased(name));
  const comment = /^(#[^\n]*\n)*/.exec(text)![0];
  return comment + yaml({ ...kustomization, images });
}

const unreleased = (name: string) => ({
  name: `dev.local/${name}`,
  newName: `registry.dormouse.dev/${name}`,
  newTag: 'unreleased',
});
