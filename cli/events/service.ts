import { type ApiResponse, client, problemOf, Unreachable } from '../api-client.ts';
import { CommandError } from '../command-error.ts';

/** Something that answers JSON. */
export interface Service {
  /** @throws CommandError with what it answers instead of JSON, or that it does not answer */
  get<T>(path: string): Promise<{ body: T; next: string | undefined }>;
  send<T>(method: 'POST' | 'DELETE', path: string, json?: object): Promise<T>;
}

/**
 * Speaks to the API of a platform (with a token) or of its console (without one). What reads is tried again for a while;
 * what changes something is sent once.
 */
export function service({
  url,
  token = '',
  name,
  hint = '',
}: {
  url: string;
  token?: string;
  name: string;
  hint?: string;
}): Service {
  const reader = client({ url, token, attempts: 5, connections: 2 });
  const writer = client({ url, token, attempts: 1, connections: 1 });
  const ask = async (...[by, method, path, json]: [typeof reader, string, string, object?]): Promise<ApiResponse> => {
    const response = await by.send(method, path, json ? { json } : {}).catch((error: unknown) => {
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
  return {
    async get<T>(path: string) {
      const { body, headers } = await ask(reader, 'GET', path);
      const next = /<[^>]*\?([^>]*)>; *rel="?next/.exec(headers.get('link') ?? '')?.[1];
      return { body: body as T, next: new URLSearchParams(next).get('after') ?? undefined };
    },
    send: async <T>(method: string, path: string, json?: object) => (await ask(writer, method, path, json)).body as T,
  };
}
