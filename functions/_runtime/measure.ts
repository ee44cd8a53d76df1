import type { Metric } from '@dormouse/signals/metrics';
import { type Context, metrics } from '@opentelemetry/api';
import type { Measure, MeasureAttributes } from './measurement.ts';
import { lightMeterProvider } from './meter-provider.ts';
import { nowMs } from './span-time.ts';
import { ownScope } from './tracer-provider.ts';

/** `ending` is true for the last look. */
export type ReadState = (ending: boolean) => void | Promise<void>;

const none: MeasureAttributes = {};
const readers = new Set<ReadState>();

/** Gives functions their meter, and libraries one that waits for OpenTelemetry's SDK. */
export const meterProvider = lightMeterProvider();
metrics.setGlobalMeterProvider(meterProvider);

/** Where measures go; telemetry.ts sets it when something is measured at all. */
export function onMeasure(receive: ((measure: Measure) => void) | undefined): void {
  meterProvider.take = receive;
}

export const measuring = (): boolean => meterProvider.take !== undefined;

type Tell = (value: number, attributes: MeasureAttributes, within?: Context) => void;
const instruments = new Map<Metric, Tell>();

/**
 * Measures: adds to a counter or a histogram, sets a gauge or an updowncounter. It costs a call while nothing is measured, and an object otherwise.
 * @param within the context of the span that an exemplar leads to; the running one unless said
 */
export function measure<A extends string>(
  metric: Metric<A>,
  value: number,
  attributes: { readonly [K in A]?: string | number | boolean } = none as never,
  within?: Context,
): void {
  if (!meterProvider.take) return;
  (instruments.get(metric) ?? instrumentOf(metric))(value, attributes as MeasureAttributes, within);
}

/** The API's up-down counter is told differences; a state is set, so that both kinds of states are gauges there. */
function instrumentOf(metric: Metric): Tell {
  const { name, kind, description, unit, bounds } = metric;
  const meter = metrics.getMeter(ownScope);
  const counter = kind === 'counter' && meter.createCounter(name, { description, unit });
  const advice = { explicitBucketBoundaries: [...(bounds ?? [])] };
  const recorder =
    kind === 'histogram'
      ? meter.createHistogram(name, { description, unit, advice })
      : meter.createGauge(name, { description, unit });
  const tell: Tell = counter
    ? (value, attributes, within) => counter.add(value, attributes, within)
    : (value, attributes, within) => recorder.record(value, attributes, within);
  instruments.set(metric, tell);
  return tell;
}

/** Has `read` called before each push, to measure a state. @returns ends that */
export function onPush(read: ReadState): () => void {
  readers.add(read);
  return () => void readers.delete(read);
}

const readMs = 1000;

/** Has every state measured; one that fails or takes more than a second is left out. */
export async function readStates(ending: boolean): Promise<void> {
  if (!measuring() || readers.size === 0) return;
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
