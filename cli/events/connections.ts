import type { api } from '@dormouse/journal/api';
import { type ApiClient, apiClient } from '@dormouse/runtime/api-client';
import type { Context } from '../context.ts';
import { localOperatorToken } from '../local-tokens.ts';
import type { Options } from './options.ts';
import { sender } from './service.ts';

/** The journal's API; failures are thrown. */
export type Journal = ApiClient<typeof api>;

/** The console's API. */
export interface Console {
  /** @throws CommandError with what it answers instead of JSON, or that it does not answer */
  get<T>(path: string): Promise<T>;
}

const hint = '; is the platform running? "npm start" starts it, --url and --console name one elsewhere';

/** The journal's API, as an operator. @throws CommandError where no token was given and none can be signed */
export const journalOf = async ({ url, token }: Options, context: Context): Promise<Journal> =>
  apiClient<typeof api>(
    sender({ url, token: token ?? (await localOperatorToken(context)), name: 'the platform', hint }),
  );

export function consoleOf({ console }: Pick<Options, 'console'>): Console {
  const send = sender({ url: console, name: 'the console', hint });
  return { get: async <T>(path: string) => (await send('GET', path, {})).body as T };
}
