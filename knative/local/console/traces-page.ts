import { tempoQuery } from '@dormouse/telemetry/query/tempo-api';
import { TempoQueryError } from '@dormouse/telemetry/query/tempo-query-error';
import type { TraceSummary } from '@dormouse/telemetry/traces';
import { html } from 'hono/html';
import { clockTime, count, duration } from './format.ts';
import { heading, nothing, type Page } from './layout.ts';
import type { ConsoleSources } from './sources.ts';

/** Recent traces with their durations. */
export async function tracesPage(parameters: URLSearchParams, { telemetry }: ConsoleSources): Promise<Page> {
  const value = (name: string) => parameters.get(name)?.trim() ?? '';
  const services = telemetry.traces.tagValues('service.name');
  const form = html`<form method="get" role="search">
  <select name="service" aria-label="Service">${['', ...services].map((each) => html`<option value="${each}"${each === value('service') && html` selected`}>${each || 'any service'}</option>`)}</select>
  <input name="minDuration" value="${value('minDuration')}" placeholder="at least 10ms" size="12" aria-label="At least this long">
  <label class="check"><input type="checkbox" name="errors" value="1"${value('errors') && html` checked`}> with errors</label>
  <button>Show</button>
</form>`;
  let traces: TraceSummary[] = [];
  let wrong = '';
  try {
    const asked = new URLSearchParams({ limit: '200', minDuration: value('minDuration') });
    traces = await telemetry.search({
      ...(await tempoQuery(asked)),
      tags: {
        ...(value('service') ? { 'service.name': value('service') } : {}),
        ...(value('errors') ? { status: 'error' } : {}),
      },
    });
  } catch (error) {
    if (!(error instanceof TempoQueryError)) throw error;
    wrong = error.message;
  }
  const list =
    wrong || traces.length === 0
      ? nothing(wrong || 'No trace fits.', 'Traces appear with the requests that make them; what is kept is bounded.')
      : table(traces);
  return {
    name: 'traces',
    title: 'Traces',
    content: html`${heading(html`Traces <small>${count(traces.length, 'trace')}</small>`, form)}${list}`,
  };
}

function table(traces: readonly TraceSummary[]) {
  const maxDurationMs = Math.max(...traces.map(({ durationMs }) => durationMs), 0.001);
  return html`<div class="scroll"><table>
<thead><tr><th>Time</th><th>Trace</th><th>Services</th><th>Spans</th><th class="wide">Duration <span class="quiet">(bars: logarithmic)</span></th></tr></thead>
<tbody>${traces.map(
    ({ traceId, rootService, rootName, rootPath, startMs, durationMs, spans, dropped, errors, services }) => html`<tr>
<td class="time">${clockTime(startMs)}</td>
<td><a href="/traces/${traceId}">${rootName}</a> <span class="quiet">${rootPath ?? rootService}</span></td>
<td>${services.map((each) => html`<span class="tag hue-${hueOf(each)}">${each}</span> `)}</td>
<td>${spans}${dropped > 0 && html` <span class="badge">+${dropped.toLocaleString('en')} dropped</span>`}${errors > 0 && html` <span class="badge">${count(errors, 'error')}</span>`}</td>
<td class="bar"><svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="${errors > 0 ? 'bad' : 'good'}" width="${Math.max(0.6, (Math.log1p(durationMs) / Math.log1p(maxDurationMs)) * 100).toFixed(2)}" height="6" rx="1"/></svg><span>${duration(durationMs)}</span></td></tr>`,
  )}</tbody></table></div>`;
}

const hues = new Map<string, number>();

/** One of eight colours, as different as may be for the services of one platform, and always the same for a name. */
export function hueOf(service: string): number {
  const known = hues.get(service) ?? hues.size % 8;
  if (hues.size < 1_000) hues.set(service, known);
  return known;
}
