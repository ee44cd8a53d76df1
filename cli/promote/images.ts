import { parseDocument } from 'yaml';
import { CommandError } from '../command-error.ts';

interface Entry {
  name: string;
  newName?: string;
  newTag?: string;
  digest?: string;
}

/** An image as it was built: `registry.example/dormouse/posts:7`, `sha256:…`. */
interface Built {
  name: string;
  digest: string;
}

const entriesOf = (text: string) => (parseDocument(text).toJS() as { images?: Entry[] }).images ?? [];
const lastPart = (name: string) => name.slice(name.lastIndexOf('/') + 1);

/** An overlay's images/kustomization.yaml with the digests of what was built; what was not built stays as it is. @throws CommandError when nothing of it was */
export function withBuilt(text: string, built: readonly Built[]): string {
  const entries = entriesOf(text).map((entry) => {
    const found = built.find(({ name }) => lastPart(name).split(':')[0] === lastPart(entry.name));
    if (!found) return entry;
    return { name: entry.name, newName: found.name.slice(0, found.name.lastIndexOf(':')), digest: found.digest };
  });
  if (!entries.some(({ digest }) => built.some((each) => each.digest === digest)))
    throw new CommandError('none of the images that were built is one of the overlay');
  return withEntries(text, entries);
}

/** `text` with the images of another overlay, `from`. @throws CommandError when one of them has no digest */
export function withPromoted(text: string, from: string): string {
  const entries = entriesOf(from);
  const loose = entries.filter(({ digest, newTag }) => !digest || newTag);
  if (entries.length === 0 || loose.length > 0)
    throw new CommandError(`not named by digest: ${loose.map(({ name }) => name).join(', ') || 'any image'}`);
  return withEntries(text, entries);
}

function withEntries(text: string, entries: readonly Entry[]): string {
  const document = parseDocument(text);
  document.set('images', document.createNode(entries));
  return document.toString({ lineWidth: 0 });
}
