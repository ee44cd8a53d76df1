import type { Failure, Send } from '@dormouse/runtime/api-client';
import { client, problemOf, Unreachable } from '../api-client.ts';
import { CommandError } from '../command-error.ts';

/** Where an API is, and how messages call it. */
export interface ServiceOptions {
  url: string;
  token?: string;
  name: string;
  /** Follows what is said when it does not answer. */
  hint?: string;
}

/**
 * Sends to the API of a platform (with a token) or of its console (without one). What reads is tried again for a while; what changes
 * something is sent once. Every failure is thrown.
 * @throws CommandError with what is answered, or that nothing is
 */
export function sender({ url, token = '', name, hint = '' }: ServiceOptions): Send {
  const reader = client({ url, token, attempts: 5, connections: 2 });
  const writer = client({ url, token, attempts: 1, connections: 1 });
  return async (method, path, content) => {
    const by = method === 'GET' ? reader : writer;
    const response = await by.send(method, path, content).catch((error: unknown) => {
      if (error instanceof Unreachable)
        throw new CommandError(`${name} does not answer at ${url} (${error.message})${hint}`);
      throw error;
    });
    if (response.status >= 200 && response.status < 300) return response;
    if (response.status === 401)
      throw new CommandError('the token is not accepted: it has expired, or another platform signed it');
    if (response.status === 403)
      throw new CommandError('the token does not allow it: the role operator or admin is needed');
    throw new CommandError(`${name}: ${problemOf(response)}`);
  };
}

/** A response by way of `sender`, which throws failures. */
export const succeeded = <R extends { readonly status: number }>(response: R | Failure): R => response as R;

/** Cursor of the next page, from `Link` (RFC 8288). */
export function nextOf({ headers }: { readonly headers: Headers }): string | undefined {
  const next = /<[^>]*\?([^>]*)>; *rel="?next/.exec(headers.get('link') ?? '')?.[1];
  return new URLSearchParams(next).get('after') ?? undefined;
}
