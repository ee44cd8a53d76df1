import { callService } from './client.ts';
import { AppError } from './errors.ts';
import { askingForUnknown } from './unknown-tokens.ts';

/** Begin of every personal access token, by which people and scanners for secrets recognise one. */
export const personalPrefix = 'dormouse_pat_';

/** Whether it has the form of a personal access token: the prefix and 256 random bits, base64url. */
export const isPersonal = (token: string): boolean => /^dormouse_pat_[A-Za-z0-9_-]{43}$/.test(token);

/** Gives the access token that stands for a personal one for some minutes; undefined when it is not valid. @throws AppError unavailable */
export type Exchange = (personalToken: string) => Promise<string | undefined>;

/** Where auth exchanges personal access tokens. */
export const exchangePath = '/api/token/personal';

/** Exchanges at the function that publishes its keys at `keysUrl`. */
export function exchangeAt(keysUrl: string): Exchange {
  return async (token) => {
    const response = await callService(new URL(exchangePath, keysUrl).href, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    if (response.status === 401) return undefined;
    const answer = response.status === 200 ? ((await response.json()) as { token?: unknown }) : {};
    if (typeof answer.token === 'string') return answer.token;
    throw new AppError('unavailable', 'Your token cannot be checked now.', {
      cause: new Error(`the exchange answered ${response.status}`),
      headers: { 'retry-after': '1' },
    });
  };
}

/** For so long a token that was refused is not asked for again. */
const refusedMs = 5000;
const maxRefused = 1000;

/** @param address of the client; undefined where nobody counts */
export type ExchangeOnce = (token: string, digest: string, address?: string) => ReturnType<Exchange>;

/**
 * Asks once for requests that come together, not again at once for what was refused, and not for all that one network invents.
 * @param now milliseconds since 1970
 */
export function exchangingOnce(exchange: Exchange, now: () => number): ExchangeOnce {
  const asking = new Map<string, ReturnType<Exchange>>();
  const refused = new Map<string, number>();
  const askForUnknown = askingForUnknown(now);
  return async (token, digest, address) => {
    // Only who has such a token needs it: functions start without.
    const network = address === undefined ? undefined : (await import('./network.ts')).networkOf(address);
    if (now() < (refused.get(digest) ?? 0)) return undefined;
    const running = asking.get(digest);
    if (running) return running;
    const asked = askForUnknown(network, () => exchange(token))
      .then((signed) => {
        if (refused.size >= maxRefused) refused.delete(refused.keys().next().value as string);
        if (signed === undefined) refused.set(digest, now() + refusedMs);
        else refused.delete(digest);
        return signed;
      })
      .finally(() => asking.delete(digest));
    asking.set(digest, asked);
    return asked;
  };
}
