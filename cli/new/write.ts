import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../usage-error.ts';
import type { Files } from './files.ts';

/**
 * Writes all files, or none if one that shall be new is there.
 * @param written is told of each file as soon as it is there
 */
export function write(
  root: string,
  { created, changed }: Files,
  written: (what: 'created' | 'changed', path: string) => void,
): void {
  const there = [...created.keys()].find((path) => existsSync(join(root, path)));
  if (there) throw new UsageError(`${there} is there already`);
  for (const [what, files] of [['created', created] as const, ['changed', changed] as const])
    for (const [path, text] of [...files].sort(byPath)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
      written(what, path);
    }
}

const byPath = ([one]: [string, string], [other]: [string, string]) => (one < other ? -1 : 1);
