import type { MetricKind } from '@dormouse/signals/metrics';
import { Senders } from './senders.ts';

/** A bucket's latest value that belongs to a trace. */
export interface Exemplar {
  traceId: string;
  spanId: string;
  value: number;
  timeMs: number;
}

/** A metric's definition, common to all its series. */
export interface Family {
  /** Name in OTLP: `http.server.request.duration`. */
  name: string;
  kind: MetricKind;
  unit: string;
  description: string;
}

/** Whether its values only grow, until it begins anew. */
export const isCumulative = ({ kind }: Family): boolean => kind === 'counter' || kind === 'histogram';

/** One value of a series. Counters and histograms are cumulative; times are milliseconds since the epoch. */
export interface Sample {
  timeMs: number;
  /** Of a histogram the sum. */
  value: number;
  /** Of a histogram: how many in each bucket alone, the last one without upper bound. */
  buckets?: readonly number[];
}

/** A received sample. */
export interface Measured extends Sample {
  family: Family;
  /** Labels as in Prometheus, `job`, `instance` and `service_name` included; no empty ones. */
  labels: Readonly<Record<string, string>>;
  /** Of a histogram: upper bounds, ascending. */
  bounds?: readonly number[];
  exemplars?: readonly Exemplar[];
}

export interface Series {
  family: Family;
  labels: Readonly<Record<string, string>>;
  bounds: readonly number[];
  /** Oldest first. */
  samples: Sample[];
  /** The latest of each bucket. */
  exemplars: Map<number, Exemplar>;
  sender: string;
}

export interface MetricStoreOptions {
  bytes?: number;
  keepMs?: number;
  /** Minimum interval between stored samples; the first and the last of a series are always kept. */
  thinMs?: number;
  /** Of one sender, which is a service; its further ones are refused. */
  maxSeries?: number;
  /** Told whose series gave way to others of the same sender. */
  evicted?: (sender: string) => void;
}

const noBounds: readonly number[] = [];

/**
 * Metrics by series, over the time that is kept and within a budget of bytes. What an instance said last stays until it is too old, so that
 * sums over instances lose nothing when one goes; when bytes run out, the series that ended longest ago go first: of a sender that holds
 * more than half of them, else of all.
 */
export class MetricStore {
  #series = new Map<string, Series>();
  #bytes = 0;
  #sweptMs = 0;
  readonly #senders = new Senders();
  /** Series by sender. */
  readonly #counts = new Map<string, number>();
  readonly #maxSeries: number;
  readonly #evicted: (sender: string) => void;
  readonly #budget: number;
  readonly keepMs: number;
  readonly #thinMs: number;

  constructor({
    bytes = 16 * 1024 * 1024,
    keepMs = 60 * 60_000,
    thinMs = 9_000,
    maxSeries = 5_000,
    evicted = () => {},
  }: MetricStoreOptions = {}) {
    this.#maxSeries = maxSeries;
    this.#evicted = evicted;
    this.#budget = bytes;
    this.keepMs = keepMs;
    this.#thinMs = thinMs;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** All series, in order of their first sample. */
  all(): Iterable<Series> {
    return this.#series.values();
  }

  /** The series of a metric by its name in OTLP. */
  *of(name: string): Generator<Series> {
    for (const series of this.#series.values()) if (series.family.name === name) yield series;
  }

  /**
   * @returns `series` when it would be one more than its sender may have, `order` when it is older than the last of its series
   */
  add(measured: Measured): 'series' | 'order' | undefined {
    const series = this.#seriesOf(measured);
    if (!series) return 'series';
    const { samples } = series;
    const last = samples.at(-1);
    if (last && measured.timeMs < last.timeMs) return 'order';
    const sample = sampleOf(measured, last);
    if (last && this.#replaces(sample, series))
      this.#grow(series, sizeOfSample(sample) - sizeOfSample(samples.splice(-1, 1, sample)[0] as Sample));
    else this.#grow(series, sizeOfSample(samples[samples.push(sample) - 1] as Sample));
    for (const exemplar of measured.exemplars ?? [])
      series.exemplars.set(bucketOf(exemplar.value, series.bounds), exemplar);
    this.#forget(series, measured.timeMs);
    return undefined;
  }

  #grow({ sender }: Series, bytes: number): void {
    this.#bytes += bytes;
    this.#senders.add(sender, bytes);
  }

  #seriesOf(measured: Measured): Series | undefined {
    const { family, labels, bounds = noBounds } = measured;
    const key = seriesKey(measured);
    const known = this.#series.get(key);
    if (known && sameNumbers(known.bounds, bounds)) return known;
    if (known) this.#drop(key, known);
    const sender = this.#senders.nameOf(labels.service_name ?? labels.job ?? '');
    const count = this.#counts.get(sender) ?? 0;
    if (count >= this.#maxSeries) return undefined;
    this.#counts.set(sender, count + 1);
    const series: Series = { family, labels, bounds, samples: [], exemplars: new Map(), sender };
    this.#series.set(key, series);
    this.#grow(series, sizeOfSeries(series));
    return series;
  }

  /** True when the last sample is too near to the one before it to be kept beside the new one, and no counter begins again with it. */
  #replaces(sample: Sample, { samples, family }: Series): boolean {
    const [before, last] = [samples.at(-2), samples.at(-1)];
    if (!last) return false;
    if (last.timeMs === sample.timeMs) return true;
    if (!before || last.timeMs - before.timeMs >= this.#thinMs) return false;
    return !isCumulative(family) || (before.value <= last.value && last.value <= sample.value);
  }

  #forget(series: Series, nowMs: number): void {
    const { samples } = series;
    while (samples.length > 1 && (samples[0] as Sample).timeMs < nowMs - this.keepMs)
      this.#grow(series, -sizeOfSample(samples.shift() as Sample));
    if (nowMs - this.#sweptMs > 60_000) {
      this.#sweptMs = nowMs;
      for (const [key, each] of this.#series) if (endOf(each) < nowMs - this.keepMs) this.#drop(key, each);
    }
    if (this.#bytes > this.#budget) this.#shrink();
  }

  #shrink(): void {
    const greedy = this.#senders.holding(this.#budget / 2);
    const byEnd = [...this.#series]
      .filter(([, { sender }]) => greedy === undefined || sender === greedy)
      .sort(([, a], [, b]) => endOf(a) - endOf(b));
    for (const [key, series] of byEnd) {
      if (this.#bytes <= this.#budget * 0.9) return;
      this.#drop(key, series);
      if (greedy !== undefined) this.#evicted(greedy);
    }
  }

  #drop(key: string, series: Series): void {
    this.#series.delete(key);
    const left = (this.#counts.get(series.sender) ?? 1) - 1;
    if (left > 0) this.#counts.set(series.sender, left);
    else this.#counts.delete(series.sender);
    this.#grow(series, -series.samples.reduce((sum, each) => sum + sizeOfSample(each), sizeOfSeries(series)));
  }
}

/** Shares unchanged buckets with the previous sample. */
function sampleOf({ timeMs, value, buckets }: Measured, last: Sample | undefined): Sample {
  if (!buckets) return { timeMs, value };
  return { timeMs, value, buckets: last?.buckets && sameNumbers(last.buckets, buckets) ? last.buckets : buckets };
}

/** Index of the bucket that a value falls into. */
export function bucketOf(value: number, bounds: readonly number[]): number {
  const found = bounds.findIndex((bound) => value <= bound);
  return found < 0 ? bounds.length : found;
}

/** The same for all measures of a series. */
export const seriesKey = ({ family: { name }, labels }: Pick<Measured, 'family' | 'labels'>): string =>
  JSON.stringify([name, ...Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);

const endOf = ({ samples }: Series): number => samples.at(-1)?.timeMs ?? 0;
const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a === b || (a.length === b.length && a.every((each, i) => each === b[i]));

/** Approximate memory in V8, bytes; counts shared buckets each time. */
const sizeOfSample = ({ buckets }: Sample): number => 48 + (buckets ? 16 + buckets.length * 8 : 0);
/** A series keeps its key, its labels and, for each bucket, one exemplar at most. */
const sizeOfSeries = ({ family, labels, bounds }: Series): number =>
  400 +
  2 * family.name.length +
  Object.entries(labels).reduce((sum, [name, value]) => sum + 2 * (name.length + value.length) + 48, 0) +
  bounds.length * 160;
