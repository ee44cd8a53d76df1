import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A mail that nobody was sent: it lies in a folder of this machine. */
export interface KeptMail {
  /** Name of its file, without its end. */
  id: string;
  /** RFC 3339. */
  at: string;
  from: string;
  to: string;
  subject: string;
  text: string;
}

/** Mails that the page shows; as many as are kept. */
const shown = 100;

/** The mails of a folder, the newest first; what is no mail is left out, and no folder is an empty one. */
export async function keptMails(folder: string): Promise<KeptMail[]> {
  const names = await readdir(folder).catch(() => []);
  const newest = names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .slice(-shown)
    .reverse();
  const mails = await Promise.all(newest.map((name) => read(join(folder, name), name.slice(0, -'.json'.length))));
  return mails.filter((mail) => mail !== undefined);
}

async function read(file: string, id: string): Promise<KeptMail | undefined> {
  try {
    const { at, from, to, subject, text } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    const mail = { at, from, to, subject, text };
    return Object.values(mail).every((each) => typeof each === 'string')
      ? { id, ...(mail as Omit<KeptMail, 'id'>) }
      : undefined;
  } catch {
    return undefined;
  }
}
