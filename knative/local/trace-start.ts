import { randomFillSync } from 'node:crypto';

/** W3C Trace Context, version 00 and later ones read as it. */
const valid = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/** Reads a `traceparent`; `undefined` when it is not valid. */
export function readTraceparent(value: string): { traceId: string; spanId: string; sampled: boolean } | undefined {
  const found = valid.exec(value);
  return found ? { traceId: found[1]!, spanId: found[2]!, sampled: (Number.parseInt(found[3]!, 16) & 1) === 1 } : undefined;
}

const pool = Buffer.alloc(6_144);
let used = pool.length;

/** Random lower-case hex; 16 bytes for a trace, 8 for a span. */
export function randomHex(bytes: 8 | 16): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}

/** Says yes `burst` times at once and then `perSecond` times a second. `now` in ms. */
export function rateSampler(perSecond: number, burst: number, now: () => number = () => performance.now()): () => boolean {
  let tokens = burst;
  let last = now();
  return () => {
    const time = now();
    tokens = Math.min(burst, tokens + ((time - last) * perSecond) / 1_000);
    last = time;
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
}
