import { prometheusName } from '@dormouse/signals/prometheus-name';
import {
  type Exemplar,
  type Family,
  isCumulative,
  type MetricStore,
  type Sample,
  type Series,
} from '../metric-store.ts';
import { cumulative, leOf } from './prometheus-series.ts';

/** How long the zero that a counter began with is given beside its last value: who scrapes more often counts what was counted before the first scrape. */
const givenMs = 30_000;
/** Prometheus' lookback: a sample counts as current for this time. */
const currentMs = 5 * 60_000;

const types: Readonly<Record<Family['kind'], string>> = {
  counter: 'counter',
  updowncounter: 'gauge',
  gauge: 'gauge',
  histogram: 'histogram',
};

export interface ExpositionOptions {
  nowMs: number;
  /** OpenMetrics 1.0, with exemplars, instead of Prometheus' text format 0.0.4. */
  openMetrics: boolean;
  /** All stored samples, not only current ones. */
  all?: boolean;
}

export const contentTypes = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openMetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const;

/** What is current in the store, each sample with its time, as Prometheus scrapes it. */
export function exposition(store: MetricStore, options: ExpositionOptions): string {
  const { nowMs, openMetrics, all = false } = options;
  const families = new Map<string, { family: Family; series: Series[] }>();
  for (const series of store.all()) {
    if ((series.samples.at(-1)?.timeMs ?? 0) < nowMs - currentMs && !all) continue;
    const name = prometheusName(series.family);
    const known = families.get(name);
    if (!known) families.set(name, { family: series.family, series: [series] });
    else if (known.family.kind === series.family.kind) known.series.push(series);
  }
  const parts = [...families]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { family, series }]) => familyText(name, family, series, options));
  return `${parts.join('')}${openMetrics ? '# EOF\n' : ''}`;
}

function familyText(
  name: string,
  family: Family,
  series: readonly Series[],
  { nowMs, openMetrics, all = false }: ExpositionOptions,
): string {
  const head = openMetrics && family.kind === 'counter' ? name.replace(/_total$/, '') : name;
  const lines = [
    `# TYPE ${head} ${types[family.kind]}`,
    ...(family.description ? [`# HELP ${head} ${escapedHelp(family.description)}`] : []),
  ];
  for (const each of series) {
    const given = all ? each.samples : currentSamples(each, nowMs);
    for (const sample of given) lines.push(...sampleLines(name, each, sample, sample === given.at(-1), openMetrics));
  }
  return `${lines.join('\n')}\n`;
}

/** The last sample, and where a counter began shortly before. */
function currentSamples({ samples, family }: Series, nowMs: number): Sample[] {
  const last = samples.length - 1;
  const begins = (i: number) => i === 0 || (samples[i] as Sample).value < (samples[i - 1] as Sample).value;
  const counts = isCumulative(family);
  return samples.filter(({ timeMs }, i) => i === last || (counts && timeMs >= nowMs - givenMs && begins(i)));
}

function sampleLines(
  name: string,
  { family, labels, bounds, exemplars }: Series,
  sample: Sample,
  isLast: boolean,
  openMetrics: boolean,
): string[] {
  const time = openMetrics ? (Math.floor(sample.timeMs) / 1_000).toFixed(3) : String(Math.floor(sample.timeMs));
  const line = (end: string, more: Record<string, string>, value: number, exemplar?: Exemplar) =>
    `${name}${end}${labelText({ ...labels, ...more })} ${numberText(value)} ${time}${exemplar ? exemplarText(exemplar) : ''}`;
  if (family.kind !== 'histogram') return [line('', {}, sample.value)];
  const counts = cumulative(sample.buckets ?? []);
  return [
    ...counts.map((count, i) =>
      line('_bucket', { le: leOf(bounds[i]) }, count, openMetrics && isLast ? exemplars.get(i) : undefined),
    ),
    line('_sum', {}, sample.value),
    line('_count', {}, counts.at(-1) ?? 0),
  ];
}

const labelText = (labels: Record<string, string>): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
};

const exemplarText = ({ traceId, spanId, value, timeMs }: Exemplar): string =>
  ` # {trace_id="${traceId}",span_id="${spanId}"} ${numberText(value)} ${(Math.floor(timeMs) / 1_000).toFixed(3)}`;

const escapedHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
const escaped = (text: string): string => escapedHelp(text).replaceAll('"', '\\"');
/** A number in Go's syntax: `Inf` instead of JavaScript's `Infinity`. */
export const numberText = (value: number): string =>
  Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
