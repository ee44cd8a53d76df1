import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A Secret's data, or undefined when there is none of that name. */
export function readSecret(folder: string, name: string): Record<string, string> | undefined {
  const directory = join(folder, name);
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  return Object.fromEntries(filesOf(directory).map((key) => [key, readFileSync(join(directory, key), 'utf8')]));
}

/** Names of a Secret's keys in its folder. */
export const filesOf = (directory: string) =>
  readdirSync(directory).filter((name) => !name.startsWith('.') && statSync(join(directory, name)).isFile());

/** Writes one key of a Secret's folder; only its owner may read it. */
export function writeSecret(directory: string, key: string, value: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, key);
  writeFileSync(file, value, { mode: 0o600 });
  chmodSync(file, 0o600);
}
