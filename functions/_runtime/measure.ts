import type { Metric } from '@dormouse/signals/metrics';
import { currentTrace, isSampledTrace, nowMs, type TraceContext } from './trace.ts';

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

/** `ending` is true for the last look. */
export type ReadState = (ending: boolean) => void | Promise<void>;

const none: MeasureAttributes = {};
const readers = new Set<ReadState>();
let sink: ((measure: Measure) => void) | undefined;

/** Where measures go; telemetry.ts sets it when something is measured at all. */
export function onMeasure(receive: ((measure: Measure) => void) | undefined): void {
  sink = receive;
}

export const measuring = (): boolean => sink !== undefined;

/**
 * Measures: adds to a counter or a histogram, sets a gauge or an updowncounter. It costs a call while nothing is measured, and an object otherwise.
 * @param context of the span that an exemplar leads to
 */
export function measure<A extends string>(
  metric: Metric<A>,
  value: number,
  attributes: { readonly [K in A]?: string | number | boolean } = none as never,
  context: TraceContext | undefined = currentTrace(),
): void {
  sink?.({
    metric,
    value,
    attributes: attributes as MeasureAttributes,
    span: isSampledTrace(context) ? context : undefined,
    atMs: Date.now(),
  });
}

/** Has `read` called before each push, to measure a state. @returns ends that */
export function onPush(read: ReadState): () => void {
  readers.add(read);
  return () => void readers.delete(read);
}

const readMs = 1000;

/** Has every state measured; one that fails or takes more than a second is left out. */
export async function readStates(ending: boolean): Promise<void> {
  if (!sink || readers.size === 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, readMs);
  const all = [...readers].map(async (read) => read(ending));
  await Promise.race([Promise.allSettled(all), promise]).finally(() => clearTimeout(timer));
}

/** Does the work and tells `done` how many seconds it took, and the error it ended with, if it did. */
export async function timed(
  work: () => Promise<void>,
  done: (seconds: number, error?: unknown) => void,
): Promise<void> {
  const startMs = nowMs();
  const seconds = () => (nowMs() - startMs) / 1000;
  await work().then(
    () => done(seconds()),
    (error) => {
      done(seconds(), error);
      throw error;
    },
  );
}
