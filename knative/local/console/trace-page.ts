import type { Ending } from '@dormouse/eventing/store/acks';
import { type AttributeValue, maxSpansPerTrace, type SpanRecord } from '@dormouse/telemetry/traces';
import { html } from 'hono/html';
import { clockTime, count, duration } from './format.ts';
import { heading, nothing, type Page } from './layout.ts';
import { logTable } from './logs-page.ts';
import type { ConsoleSources } from './sources.ts';
import { hueOf } from './traces-page.ts';

interface Row {
  span: SpanRecord;
  depth: number;
}

const maxDepth = 12;

/** One trace as a waterfall, with its log lines. */
export function tracePage(id: string, { telemetry, operations }: ConsoleSources): Page {
  const spans = telemetry.trace(id.toLowerCase());
  if (spans.length === 0)
    return {
      name: 'traces',
      title: 'Trace',
      status: 404,
      content: html`${heading('Trace')}${nothing(`Trace ${id} is not known.`, 'It may be too old, or nobody recorded it.')}`,
    };
  const startMs = Math.min(...spans.map((span) => span.startMs));
  const lengthMs = Math.max(...spans.map((span) => span.startMs + span.durationMs)) - startMs || 0.001;
  const services = [...new Set(spans.map(({ service }) => service))];
  const rows = arrange(spans);
  const dropped = telemetry.droppedOf(id.toLowerCase());
  const lines = telemetry.logLines({ trace: id.toLowerCase(), limit: 500 });
  const content = html`
${heading(html`${rows[0]?.span.name} <small>${duration(lengthMs)}</small>`, html`<p class="actions"><span class="quiet code">${id}</span>${operations && hasDeadLetters(spans) && html`<a class="button" href="/dead-letters?state=all&amp;trace=${id.toLowerCase()}">Its dead letters</a>`}</p>`)}
<p class="legend">${clockTime(startMs)} · ${count(spans.length, 'span')} in ${services.map((service) => html`<span class="tag hue-${hueOf(service)}">${service}</span> `)}</p>
${dropped > 0 && html`<p class="cause">${count(dropped, 'span')} more came and ${dropped === 1 ? 'was' : 'were'} not kept: a trace may have ${maxSpansPerTrace.toLocaleString('en')}.</p>`}
${onlyIngressSpan(spans) && html`<p class="quiet">Only the ingress recorded this request. Of many at once, ten a second are followed through functions and Broker.</p>`}
<div class="waterfall"><div class="axis" aria-hidden="true"><span></span><span class="ticks">${[0, 0.25, 0.5, 0.75, 1].map((part) => html`<b>${part === 0 ? '0' : duration(lengthMs * part)}</b>`)}</span></div>
${rows.map((row) => bar(row, startMs, lengthMs))}</div>
<section><h2>Log <small>${count(lines.length, 'line')}</small></h2>${lines.length === 0 ? html`<p class="quiet">Nobody wrote a line with this trace’s id.</p>` : logTable(lines, false)}</section>`;
  return { name: 'traces', title: rows[0]?.span.name ?? 'Trace', live: 'event', content };
}

const hasDeadLetters = (spans: readonly SpanRecord[]) =>
  spans.some(({ attributes }) => attributes['delivery.outcome'] === ('dead-lettered' satisfies Ending));

/** A function was called, but its spans were not sampled. */
const onlyIngressSpan = (spans: readonly SpanRecord[]) =>
  spans.every(({ service }) => service === 'ingress' || service === 'activator') &&
  spans.some(({ attributes }) => attributes['faas.name'] !== undefined);

/** Children below their parents; spans whose parent is not here stand at the top. */
function arrange(spans: readonly SpanRecord[]): Row[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const children = Map.groupBy(spans, ({ parentId }) => (parentId && ids.has(parentId) ? parentId : ''));
  const rows: Row[] = [];
  const seen = new Set<SpanRecord>();
  const add = (span: SpanRecord, depth: number) => {
    if (seen.has(span)) return;
    seen.add(span);
    rows.push({ span, depth });
    for (const child of children.get(span.spanId) ?? []) add(child, depth + 1);
  };
  for (const root of children.get('') ?? []) add(root, 0);
  for (const span of spans) add(span, 0);
  return rows;
}

function bar({ span, depth }: Row, startMs: number, lengthMs: number) {
  const left = ((span.startMs - startMs) / lengthMs) * 1000;
  const width = Math.max(3, (span.durationMs / lengthMs) * 1000);
  const x = Math.min(left, 997);
  return html`<details class="span${span.error && ' failed'}" data-key="${span.spanId}"><summary>
<span class="name indent-${Math.min(depth, maxDepth)}"><i class="dot hue-${hueOf(span.service)}"></i><span class="quiet">${span.service}</span> <b>${span.name}</b></span>
<span class="lane"><svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true"><rect class="hue-${hueOf(span.service)}" x="${x.toFixed(1)}" width="${Math.min(width, 1000 - x).toFixed(1)}" height="10" rx="2"/>${(
    span.events ?? []
  ).map(
    (event) =>
      html`<rect class="mark" x="${Math.min(996, Math.max(0, ((event.timeMs - startMs) / lengthMs) * 1000)).toFixed(1)}" y="-1" width="3" height="12"/>`,
  )}</svg></span><span class="took">${duration(span.durationMs)}</span></summary>
<div class="more"><dl class="pairs">${pair('kind', span.kind)}${pair('started', `+${duration(span.startMs - startMs)}`)}${Object.entries(span.attributes).map(([name, value]) => pair(name, value))}</dl>
${(span.events ?? []).map((event) => html`<p><b>${event.name}</b> <span class="quiet">+${duration(event.timeMs - startMs)}</span> ${Object.entries(event.attributes).map(([name, value]) => html`<span class="code">${name}=${String(value)}</span> `)}</p>`)}
${(span.links ?? []).map((link) => html`<p>linked to <a class="code" href="/traces/${link.traceId}">${link.traceId}</a></p>`)}</div></details>`;
}

const pair = (name: string, value: AttributeValue) =>
  html`<div><dt>${name}</dt><dd class="code">${String(value)}</dd></div>`;
