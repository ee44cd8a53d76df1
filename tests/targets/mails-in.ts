import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Abilities, SentMail } from '../target.ts';

/** Mails in the folder that takes a mail server's place (`MAILBOX_DIR`). */
export const mailsIn =
  (folder: string): Abilities['mailsTo'] =>
  async (address) => {
    if (!existsSync(folder)) return [];
    const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
    const mails = await Promise.all(files.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8'))));
    return (mails as (SentMail & { to: string })[]).filter(({ to }) => to === address);
  };
