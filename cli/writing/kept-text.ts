import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { userFolder } from './logins.ts';

/** A text in a file of its own that only its writer reads, until the blog has it. */
export interface KeptText {
  readonly file: string;
  read(): string;
  remove(): void;
}

/** Keeps a text where it survives this command, a full disk aside. @param name what the file is called, for people */
export function keepText(text: string, name: string, context: Pick<Context, 'env'>): KeptText {
  const folder = join(userFolder('XDG_STATE_HOME', '.local/state', context), 'texts');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const own = mkdtempSync(join(folder, 'text-'));
  const file = join(own, `${name}.md`);
  writeFileSync(file, text, { mode: 0o600 });
  return {
    file,
    read: () => readFileSync(file, 'utf8'),
    remove: () => rmSync(own, { recursive: true, force: true }),
  };
}
