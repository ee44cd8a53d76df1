import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Transport } from './transport.ts';

/** Mails that are kept; older ones go. */
const kept = 100;

/**
 * A folder in the place of a mail server, for one machine: each mail is a file of JSON, which the console shows. Only its owner can read it: links
 * in it are as good as in a mail.
 */
export function mailbox(folder: string, now: () => number = Date.now): Transport {
  return async (mail) => {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const at = new Date(now()).toISOString();
      const id = mail.messageId.replace(/@.*$/, '').replaceAll(/[^\w-]/g, '');
      const name = `${at.replaceAll(/[:.]/g, '-')}_${id}.json`;
      await writeFile(join(folder, `${name}.part`), JSON.stringify({ at, ...mail }), { mode: 0o600 });
      await rename(join(folder, `${name}.part`), join(folder, name));
      const all = (await readdir(folder)).filter((each) => each.endsWith('.json')).sort();
      await Promise.all(all.slice(0, -kept).map((each) => rm(join(folder, each), { force: true })));
      return { kind: 'sent' };
    } catch (error) {
      return { kind: 'failed', reason: (error as NodeJS.ErrnoException).code ?? 'EUNKNOWN' };
    }
  };
}
