import { metrics } from '@dormouse/signals/metrics';
import { platformMetrics } from '@dormouse/signals/platform-metrics';
import type { MetricStore } from '@dormouse/telemetry/metric-store';
import {
  gaugeAt,
  type MetricSummary,
  metricSummaries,
  quantileMs,
  type Span,
  summed,
} from '@dormouse/telemetry/query/metric-summaries';
import { type RefusalCause, refusals } from '@dormouse/telemetry/refused-telemetry';
import { html } from 'hono/html';
import { chart } from './chart.ts';
import { bytes, duration, eventType, frequency, share } from './format.ts';
import { heading, type Markup, nothing, type Page } from './layout.ts';
import type { ConsoleSources } from './sources.ts';

const windows: readonly (readonly [string, string, number])[] = [
  ['5m', 'last 5 minutes', 5 * 60_000],
  ['1h', 'last hour', 60 * 60_000],
];
const chartMinutes = 30;

/** Metrics page: requests by route, events by type, SQL by statement, caches, cold starts. */
export function metricsPage(parameters: URLSearchParams, { telemetry }: ConsoleSources, nowMs = Date.now()): Page {
  const store = telemetry.metrics;
  const chosen =
    windows.find(([name]) => name === parameters.get('window')) ?? (windows[0] as (typeof windows)[number]);
  const form = html`<form method="get"><select name="window" aria-label="Time">${windows.map(([name, text]) => html`<option value="${name}"${name === chosen[0] && html` selected`}>${text}</option>`)}</select> <button>Show</button></form>`;
  const span: Span = { fromMs: nowMs - chosen[2], toMs: nowMs };
  const tables = [
    requestTable(store, span),
    eventTable(store, span),
    sqlTable(store, span),
    cacheTable(store, span),
    startTable(store, span),
    refusedTable(store, span),
  ].filter(Boolean);
  const empty = nothing(
    'No function has measured anything in this time.',
    html`Functions push what they measured within a second, and before they sleep. <a href="/metrics">/metrics</a> has everything for Prometheus.`,
  );
  const content = html`${heading(html`Metrics <small>${chosen[1]}</small>`, form)}
<div class="charts">${charts(store, nowMs)}</div>
${tables.length > 0 ? tables : empty}`;
  return { name: 'metrics', title: 'Metrics', content, refreshSeconds: 15 };
}

function charts(store: MetricStore, nowMs: number): Markup[] {
  const minutes = Array.from(
    { length: chartMinutes },
    (_, i): Span => ({ fromMs: nowMs - (chartMinutes - i) * 60_000, toMs: nowMs - (chartMinutes - i - 1) * 60_000 }),
  );
  const each = (of: (span: Span) => number | undefined) => minutes.map(of);
  const requests = (span: Span) =>
    summed(metricSummaries(store, metrics.requestDuration.name, ['http_response_status_code'], span));
  const failures = (span: Span) =>
    summed(metricSummaries(store, metrics.requestDuration.name, ['http_response_status_code'], span).filter(isFailure))
      .count;
  const total = (name: string) => (span: Span) => summed(metricSummaries(store, name, [], span)).count;
  const number = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 1 });
  const draw = (of: Omit<Parameters<typeof chart>[0], 'time'>) => chart({ ...of, time: `${chartMinutes} minutes` });
  return [
    draw({ title: 'Requests a minute', values: each((span) => requests(span).count), say: number }),
    draw({ title: 'Failed requests a minute', values: each(failures), say: number, bad: true }),
    draw({ title: '95 % of requests within', values: each((span) => quantileMs(requests(span), 0.95)), say: duration }),
    draw({ title: 'Events handled a minute', values: each(total(metrics.eventsConsumed.name)), say: number }),
    draw({ title: 'Cold starts a minute', values: each(total(metrics.coldStarts.name)), say: number }),
    draw({
      title: 'Memory of all functions',
      values: each(({ toMs }) => gaugeAt(store, metrics.memory.name, toMs)),
      say: bytes,
    }),
  ];
}

const isFailure = ({ labels }: MetricSummary): boolean => (labels.http_response_status_code ?? '').startsWith('5');

/** Groups the summaries that differ only in the label `apart`. */
function groupsOf(all: readonly MetricSummary[], apart: string): MetricSummary[][] {
  const groups = new Map<string, MetricSummary[]>();
  for (const metric of all) {
    const { [apart]: _, ...labels } = metric.labels;
    const key = JSON.stringify(labels);
    groups.set(key, [...(groups.get(key) ?? []), metric]);
  }
  return [...groups.values()];
}

/** A table whose first columns are words, the others numbers. */
const table = (
  title: string,
  words: number,
  columns: readonly string[],
  rows: readonly Markup[],
): Markup | undefined =>
  rows.length === 0
    ? undefined
    : html`<section><h2>${title}</h2><div class="scroll"><table class="metrics"><thead><tr>${columns.map((column, i) => html`<th${i >= words && html` class="number"`}>${column}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div></section>`;

const ms = (metric: MetricSummary, q: number): Markup =>
  html`<td class="number">${duration(quantileMs(metric, q) ?? 0)}</td>`;
const number = (value: number): Markup => html`<td class="number">${Math.round(value).toLocaleString('en')}</td>`;
const rate = (value: number, { fromMs, toMs }: Span): Markup =>
  html`<td class="number">${frequency(value / ((toMs - fromMs) / 1_000))}</td>`;
const failed = (value: number, of: number): Markup =>
  html`<td class="number">${value > 0 ? html`<span class="badge">${Math.round(value).toLocaleString('en')}</span> ${share(value / of)}` : '0'}</td>`;

function requestTable(store: MetricStore, span: Span): Markup | undefined {
  const by = ['service_name', 'http_request_method', 'http_route', 'http_response_status_code'];
  const groups = groupsOf(metricSummaries(store, metrics.requestDuration.name, by, span), 'http_response_status_code');
  const rows = groups
    .map((group) => ({ all: summed(group), errors: summed(group.filter(isFailure)).count }))
    .sort((a, b) => b.all.count - a.all.count)
    .map(
      ({
        all,
        errors,
      }) => html`<tr><td>${all.labels.service_name}</td><th class="code">${all.labels.http_request_method} ${all.labels.http_route || html`<span class="quiet">no route</span>`}</th>
${number(all.count)}${rate(all.count, span)}${failed(errors, all.count)}${ms(all, 0.5)}${ms(all, 0.95)}${ms(all, 0.99)}</tr>`,
    );
  return table(
    'Requests',
    2,
    ['Function', 'Route', 'Requests', 'Rate', 'Failed (5xx)', '50 %', '95 %', '99 % within'],
    rows,
  );
}

function eventTable(store: MetricStore, span: Span): Markup | undefined {
  const type = 'messaging_destination_name';
  const sent = metricSummaries(store, metrics.eventsSent.name, [type], span);
  const consumed = metricSummaries(
    store,
    metrics.eventsConsumed.name,
    [type, 'error_type', 'dormouse_duplicate'],
    span,
  );
  const ages = metricSummaries(store, metrics.eventAge.name, [type], span);
  const types = [...new Set([...sent, ...consumed].map(({ labels }) => labels[type] as string))].sort();
  const rows = types.map((each) => {
    const of = (all: readonly MetricSummary[]) => all.filter(({ labels }) => labels[type] === each);
    const all = of(consumed);
    const errors = summed(all.filter(({ labels }) => labels.error_type !== '')).count;
    const again = summed(all.filter(({ labels }) => labels.dormouse_duplicate === 'true')).count;
    const age = of(ages)[0];
    return html`<tr><th>${eventType(each)}</th>${number(summed(of(sent)).count)}${number(summed(all).count - errors)}${failed(errors, summed(all).count)}${number(again)}
<td class="number">${age ? duration(quantileMs(age, 0.95) ?? 0) : '–'}</td></tr>`;
  });
  const sums = (all: readonly MetricSummary[], each: string) =>
    summed(all.filter(({ labels }) => labels[type] === each)).count;
  const shown = table(
    'Events',
    1,
    ['Type', 'Sent', 'Handled', 'Failed', 'Handled before', '95 % handled within'],
    rows,
  );
  const isUnsent = types.some((each) => sums(sent, each) === 0 && sums(consumed, each) > 0);
  return isUnsent
    ? html`${shown}<p class="quiet">Handled and not sent: a function that is killed takes the last second of its metrics with it; redriven and replayed events are not sent again.</p>`
    : shown;
}

function sqlTable(store: MetricStore, span: Span): Markup | undefined {
  const groups = groupsOf(
    metricSummaries(store, metrics.sqlDuration.name, ['service_name', 'db_query_summary', 'error_type'], span),
    'error_type',
  );
  const rows = groups
    .map((group) => ({
      all: summed(group),
      errors: summed(group.filter(({ labels }) => labels.error_type !== '')).count,
    }))
    .sort((a, b) => b.all.count - a.all.count)
    .slice(0, 40)
    .map(
      ({ all, errors }) =>
        html`<tr><td>${all.labels.service_name}</td><th class="code">${all.labels.db_query_summary}</th>${number(all.count)}${rate(all.count, span)}${failed(errors, all.count)}${ms(all, 0.5)}${ms(all, 0.95)}</tr>`,
    );
  return table('SQL', 2, ['Function', 'Statement', 'Runs', 'Rate', 'Failed', '50 %', '95 % within'], rows);
}

const found = ['hit', 'stale', 'coalesced', 'shared'];

function cacheTable(store: MetricStore, span: Span): Markup | undefined {
  const result = 'dormouse_cache_result';
  const groups = groupsOf(
    metricSummaries(store, metrics.cacheRequests.name, ['dormouse_cache_name', result], span),
    result,
  );
  const rows = groups.map((group) => {
    const of = (name: string) => group.find(({ labels }) => labels[result] === name)?.count ?? 0;
    const all = summed(group);
    const without = found.reduce((sum, name) => sum + of(name), 0);
    return html`<tr><th class="code">${all.labels.dormouse_cache_name}</th>${number(all.count)}${[...found, 'miss'].map((name) => number(of(name)))}<td class="number">${share(without / all.count)}</td></tr>`;
  });
  return table(
    'Caches',
    1,
    ['Cache', 'Questions', 'Hit', 'Stale', 'Coalesced', 'Shared', 'Missed', 'Not loaded'],
    rows,
  );
}

function startTable(store: MetricStore, span: Span): Markup | undefined {
  const starts = metricSummaries(store, metrics.coldStarts.name, ['service_name'], span);
  const of = (name: string, service: string | undefined) =>
    metricSummaries(store, name, ['service_name'], span).find(({ labels }) => labels.service_name === service);
  const rows = starts.map(({ labels: { service_name: service }, count: many }) => {
    const [init, first] = [of(metrics.initDuration.name, service), of(metrics.firstResponseDuration.name, service)];
    const cell = (metric: MetricSummary | undefined) => (metric ? ms(metric, 0.95) : html`<td class="number">–</td>`);
    return html`<tr><th>${service}</th>${number(many)}${cell(init)}${cell(first)}</tr>`;
  });
  return table('Cold starts', 1, ['Function', 'Cold starts', '95 % built within', '95 % answered within'], rows);
}

/** Telemetry that came and is not kept. */
function refusedTable(store: MetricStore, span: Span): Markup | undefined {
  const by = ['dormouse_sender', 'dormouse_signal', 'dormouse_cause'];
  const rows = metricSummaries(store, platformMetrics.telemetryRefused.name, by, span)
    .filter((refused) => refused.count > 0)
    .map(
      ({ labels, count }) =>
        html`<tr><th>${labels.dormouse_sender}</th><td>${labels.dormouse_signal}</td><td>${refusals[labels.dormouse_cause as RefusalCause]}</td>${number(count)}</tr>`,
    );
  return table('Telemetry that is not kept', 3, ['Sender', 'Signal', 'Why', 'Items'], rows);
}
