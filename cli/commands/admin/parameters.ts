import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Admin } from '@dormouse/auth/admin';
import { CommandError } from '../../command-error.ts';
import type { Context } from '../../context.ts';
import { httpAddress, option } from '../../parameters.ts';

export interface AdminFlags {
  databaseUrl?: string;
  url?: string;
}

export const adminFlags = {
  databaseUrl: option(
    'URL',
    'Database of accounts (default: DORMOUSE_HOME/secrets/auth-database/DATABASE_URL, or DATABASE_URL)',
  ),
  url: option('URL', 'Address of the blog, for links (default: http://127.0.0.1:PORT, PORT is 8080)', httpAddress),
};

/** Runs `work` on the accounts of the local platform, or of the database that was given. */
export async function onAccounts(flags: AdminFlags, context: Context, work: (admin: Admin) => Promise<void>) {
  const { withAdmin } = await import('@dormouse/auth/admin');
  const url = flags.url ?? `http://127.0.0.1:${context.env.PORT || '8080'}`;
  await withAdmin({ databaseUrl: databaseUrl(flags, context), url, print: context.terminal.print }, work);
}

function databaseUrl({ databaseUrl: given }: AdminFlags, { env, root }: Context): string {
  if (given || env.DATABASE_URL) return given || env.DATABASE_URL!;
  const file = join(env.DORMOUSE_HOME || resolve(root, '.dormouse'), 'secrets/auth-database/DATABASE_URL');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new CommandError(`${file} cannot be read: start the platform once with "npm start", or give --database-url`);
  }
}
