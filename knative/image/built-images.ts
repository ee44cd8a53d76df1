import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An image that `npm run image` has written. Only Node.js itself is imported here: this runs where nothing is installed. */
export interface BuiltImage {
  /** With its tag. */
  name: string;
  digest: string;
  /** The OCI archive; its bill of materials lies beside it. */
  file: string;
}

const list = 'images.jsonl';

/** Writes the list of what was built to `folder`. */
export function writeBuilt(folder: string, images: readonly BuiltImage[]): void {
  writeFileSync(join(folder, list), images.map((each) => `${JSON.stringify(each)}\n`).join(''));
}

/** The images that the list at `path`, a file or its folder, names. @throws Error if a line is none of an image */
export function readBuilt(path: string): BuiltImage[] {
  const file = path.endsWith('.jsonl') ? path : join(path, list);
  return readFileSync(file, 'utf8').split('\n').filter(Boolean).map(parsed);
}

function parsed(line: string): BuiltImage {
  const { name, digest, file } = JSON.parse(line) as Partial<BuiltImage>;
  if (!name || !file || !digest || !/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`is no built image: ${line}`);
  return { name, digest, file };
}

/** `registry.example/dormouse/posts:7` → `registry.example/dormouse/posts`. */
export const repositoryOf = (name: string): string => name.slice(0, name.lastIndexOf(':'));
