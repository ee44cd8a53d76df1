import { randomFillSync } from 'node:crypto';
import { readTraceparent as read } from '@dormouse/signals/traceparent';

/** Trace context of a call (W3C Trace Context). */
export interface TraceContext {
  traceId: string;
  spanId: string;
  sampled: boolean;
}

/** The context that a `traceparent` has; `undefined` when it is invalid. */
export function readTraceparent(value: string | string[] | undefined): TraceContext | undefined {
  const found = read(value);
  return found && { traceId: found.traceId, spanId: found.spanId, sampled: (found.traceFlags & 1) === 1 };
}

export const writeTraceparent = ({ traceId, spanId, sampled }: TraceContext) =>
  `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;

const pool = Buffer.alloc(4096);
let used = pool.length;

/** Random hexadecimal digits; the pool avoids a system call for each. */
function random(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  const id = pool.toString('hex', used - bytes, used);
  return /^0+$/.test(id) ? random(bytes) : id;
}

export const newTraceId = () => random(16);
export const newSpanId = () => random(8);

/** Token bucket: returns true `burst` times at once, then `perSecond` times a second. `now` in ms. */
export function rateSampler(
  perSecond: number,
  burst: number,
  now: () => number = () => performance.now(),
): () => boolean {
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
