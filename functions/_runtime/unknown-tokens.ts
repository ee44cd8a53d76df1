import { fail } from './errors.ts';

/** Tokens that nobody knows by which one network may have the issuer asked within a minute. Those that turn out to be good do not count. */
const perMinute = 30;
const minuteMs = 60_000;
const maxNetworks = 5000;

/**
 * Runs what asks for a token that is not remembered, unless its network has shown too many that are none: invented ones cost their inventor
 * nothing, and the issuer a query each. Counted in this process, because counting elsewhere would cost as much.
 * @param network undefined: not counted
 * @throws AppError too_many_requests
 */
export type AskForUnknown = <T>(
  network: string | undefined,
  ask: () => Promise<T | undefined>,
) => Promise<T | undefined>;

/** @param now milliseconds since 1970 */
export function askingForUnknown(now: () => number): AskForUnknown {
  const counted = new Map<string, { count: number; until: number }>();
  const countOf = (network: string) => {
    const held = counted.get(network);
    if (held && held.until > now()) return held;
    counted.delete(network);
    if (counted.size >= maxNetworks) counted.delete(counted.keys().next().value as string);
    const begun = { count: 0, until: now() + minuteMs };
    counted.set(network, begun);
    return begun;
  };
  return async (network, ask) => {
    if (network === undefined) return ask();
    const shown = countOf(network);
    if (shown.count >= perMinute) tooMany(shown.until - now());
    // Before the answer is there: however many come at once, no more are asked for.
    shown.count++;
    let isNone = false;
    try {
      const answer = await ask();
      isNone = answer === undefined;
      return answer;
    } finally {
      if (!isNone) shown.count--;
    }
  };
}

const tooMany = (resetMs: number): never =>
  fail('too_many_requests', 'Too many tokens that are not valid. Try again later.', {
    headers: { 'retry-after': String(Math.max(1, Math.ceil(resetMs / 1000))) },
  });
