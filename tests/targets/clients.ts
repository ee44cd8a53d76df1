import { importToken } from '@dormouse/auth/import-token';
import { operatorToken } from '@dormouse/auth/operator-token';
import { blogAt } from '../blog.ts';
import { type Journal, journalAt } from '../journal.ts';
import type { Target } from '../target.ts';

export interface ClientOptions {
  /** Folder of the keys that sign access tokens. */
  keys: string;
  /** `ISSUER` of the functions. */
  issuer?: string;
  /** Lets a little time pass. */
  pass: () => Promise<unknown>;
}

/** Clients of the system at `url`; those who may more than others have tokens signed with its own keys. */
export async function clientsOf(
  url: string,
  { keys, issuer = 'https://dormouse.dev', pass }: ClientOptions,
): Promise<Pick<Target, 'url' | 'blog' | 'administrator' | 'importToken'> & { journal: Journal }> {
  const blog = blogAt(url);
  const options = { issuer, seconds: 3600 };
  const token = await importToken(keys, options);
  const authorization = `Bearer ${token}`;
  return {
    url,
    blog,
    importToken: token,
    administrator: (method, path, { headers, ...more } = {}) =>
      blog.call(method, path, { ...more, headers: { authorization, ...headers } }),
    journal: journalAt(url, await operatorToken(keys, options), pass),
  };
}
