import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Admin } from '@dormouse/auth/admin';
import { CommandError } from '../../command-error.ts';
import type { Context } from '../../context.ts';
import { httpAddress, option } from '../../parameters.ts';
import { homeOf, siteAddress } from './site-address.ts';

export interface AdminFlags {
  databaseUrl?: string;
  url?: string;
}

export const adminFlags = {
  databaseUrl: option(
    'URL',
    'Database of accounts (default: DORMOUSE_HOME/secrets/auth-database/DATABASE_URL, or DATABASE_URL)',
  ),
  url: option(
    'URL',
    'Address of the blog, to print (default: PUBLIC_URL, or as the platform was started, or http://127.0.0.1:PORT)',
    httpAddress,
  ),
};

/** Runs `work` on the accounts of the local platform, or of the database that was given. */
export async function onAccounts(flags: AdminFlags, context: Context, work: (admin: Admin) => Promise<void>) {
  const { withAdmin } = await import('@dormouse/auth/admin');
  const url = flags.url ?? siteAddress(context);
  await withAdmin({ databaseUrl: databaseUrl(flags, context), url, print: context.terminal.print }, work);
}

function databaseUrl({ databaseUrl: given }: AdminFlags, context: Context): string {
  const { env } = context;
  if (given || env.DATABASE_URL) return given || env.DATABASE_URL!;
  const file = join(homeOf(context), 'secrets/auth-database/DATABASE_URL');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new CommandError(`${file} cannot be read: start the platform once with "npm start", or give --database-url`);
  }
}
