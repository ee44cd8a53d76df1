import type { Metric } from '@dormouse/signals/metrics';

export type MeasureAttributes = Readonly<Record<string, string | number | boolean>>;

/** One value, as it was measured. */
export interface Measure {
  metric: Metric;
  value: number;
  attributes: MeasureAttributes;
  /** The span it was measured in, when that is kept: an exemplar. */
  span?: { readonly traceId: string; readonly spanId: string } | undefined;
  /** Milliseconds since 1970. */
  atMs: number;
}
