/** The context of a call, as a `traceparent` has it. */
export interface Traceparent {
  traceId: string;
  /** Of the span that calls. */
  spanId: string;
  /** Those flags that version 00 knows: 1 is `sampled`, 2 says that the trace id is random. */
  traceFlags: number;
}

const form = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-[^,]*)?$/s;
/** Of version 00, which has nothing behind the flags. */
const length = 55;
const knownFlags = 3;

/**
 * Reads a `traceparent` (W3C Trace Context, level 2, section 3.2); the only reader there is, so that ingress, Broker and functions see
 * the same trace in the same header. A version above 00 may have more behind the flags, but no comma: several
 * headers come as one text with commas in it, and count as none. Version 00 may have nothing there, and `ff` is none. White space
 * around it is none of its: HTTP has taken that off.
 * @returns undefined when it is no valid one: whoever gets it begins a trace of their own
 */
export function readTraceparent(value: unknown): Traceparent | undefined {
  const found = typeof value === 'string' ? form.exec(value) : null;
  if (!found || (found[1] === '00' && found[0].length !== length)) return undefined;
  const [, , traceId, spanId, flags] = found as unknown as [string, string, string, string, string];
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & knownFlags };
}
