import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { holderOf } from './home-lock.ts';

const fileIn = (home: string) => join(home, 'address');

/** Notes in `home` where its platform answers. @returns how to take the note away */
export function noteAddress(home: string, url: string): () => void {
  writeFileSync(fileIn(home), url);
  return () => rmSync(fileIn(home), { force: true });
}

/** Where the platform of `home` answers; undefined when none runs. */
export function runningAddress(home: string): string | undefined {
  if (holderOf(home) === undefined) return undefined;
  try {
    return readFileSync(fileIn(home), 'utf8');
  } catch {
    return undefined; // it is about to start
  }
}
