import { TraceFlags } from '@opentelemetry/api';

/** Which requests' traces are kept. */
export interface Sampler {
  /** Whether a caller's decision stands. */
  readonly obeysParent: boolean;
  /** Share of the traces that are decided here. */
  readonly ratio: number;
}

/** The ingress decides; what does not come through it is not kept. */
export const ingressDecides: Sampler = { obeysParent: true, ratio: 0 };

/**
 * Decides by the last 52 bits of the trace id, which are random, so that every service of the same ratio keeps the same traces.
 * @param parent the caller's decision, where there is a caller
 */
export function isSampled(
  { obeysParent, ratio }: Sampler,
  traceId: string,
  parent: { traceFlags: number } | undefined,
): boolean {
  if (obeysParent && parent) return (parent.traceFlags & TraceFlags.SAMPLED) === TraceFlags.SAMPLED;
  if (ratio === 0 || ratio === 1) return ratio === 1;
  return Number.parseInt(traceId.slice(-13), 16) >= (1 - ratio) * 2 ** 52;
}
