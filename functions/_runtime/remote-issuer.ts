import type { Issuer } from './issuer.ts';
import { callerNow, type IssuerStatement, readStatement } from './issuer-statement.ts';
import { accessTokenSeconds } from './token-life.ts';

/** Until then what was read is taken as it is. */
const freshMs = 2000;
/** From then on a request waits for the next reading. With the issuer's own delay (0.5 s), what ends is over everywhere within 5 s. */
const staleMs = 4000;
/** For so long after a failed reading requests do not wait for the next one. */
const awayMs = 10_000;
/** What could not be confirmed for so long is not good any more: every token that was signed before has expired. */
const maxAgeMs = accessTokenSeconds * 1000;
/** Shortest time between two readings that unknown key ids cause. */
const unknownMs = 1000;

export interface RemoteIssuerOptions {
  url: string;
  /** @param timeoutMs until the whole answer is there */
  fetch: (url: string, timeoutMs: number) => Promise<Response>;
  /** Milliseconds since 1970. */
  now: () => number;
}

/**
 * An issuer behind a URL. It is asked only while tokens come: after 2 seconds beside the request, after 4 before it. While it
 * does not answer, what it said last holds for 15 minutes.
 */
export function remoteIssuer({ url, fetch, now }: RemoteIssuerOptions): Issuer {
  let statement: IssuerStatement | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  const readOnce = async (): Promise<void> => {
    const startedAt = (triedAt = now());
    try {
      const response = await fetch(url, statement ? 3000 : 10_000);
      if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
      statement = readStatement(await response.json(), statement);
      readAt = startedAt;
      failedAt = Number.NEGATIVE_INFINITY;
    } catch (error) {
      failedAt = now();
      throw error;
    }
  };
  const read = (): Promise<void> => (reading ??= readOnce().finally(() => (reading = undefined)));
  const tryToRead = (): Promise<void> => read().catch(() => {});
  const known = (): IssuerStatement => statement ?? missing();

  const refresh = (): Promise<void> | undefined => {
    const age = now() - readAt;
    if (age < freshMs) return undefined;
    if (age >= maxAgeMs) return read();
    if (age >= staleMs && now() - failedAt >= awayMs) return tryToRead();
    if (now() - triedAt >= freshMs) void tryToRead();
    return undefined;
  };

  return {
    refresh,
    async find(header, token) {
      await refresh();
      if (!known().kids.has(header.kid as string) && now() - triedAt >= unknownMs) await tryToRead();
      return known().find(header, token);
    },
    publishes: (kid) => known().kids.has(kid),
    current: (caller) => callerNow(known(), caller),
  };
}

function missing(): never {
  throw new Error('the issuer was never read');
}
