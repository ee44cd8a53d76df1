import type { LogLine } from '@dormouse/telemetry/logs';
import { html } from 'hono/html';
import { clockTime, count } from './format.ts';
import { heading, nothing, type Page } from './layout.ts';
import { logQuery } from './log-query.ts';
import type { ConsoleSources } from './sources.ts';
import { hueOf } from './traces-page.ts';

const levels = ['', 'debug', 'info', 'warn', 'error'];

/** Log page: lines of functions and platform, newest first, filtered by trace, service, level or text. */
export function logsPage(parameters: URLSearchParams, { telemetry, services }: ConsoleSources): Page {
  const value = (name: string) => parameters.get(name)?.trim() ?? '';
  const lines = telemetry.logLines(logQuery(parameters));
  const names = ['', ...services().map(({ name }) => name), 'broker', 'pingsource'];
  const form = html`<form method="get" role="search">
  <input type="search" name="text" value="${value('text')}" placeholder="text" aria-label="Part of the line">
  <select name="service" aria-label="Service">${names.map((each) => html`<option value="${each}"${each === value('service') && html` selected`}>${each || 'any service'}</option>`)}</select>
  <select name="level" aria-label="Level">${levels.map((each) => html`<option value="${each}"${each === value('level') && html` selected`}>${each || 'any level'}</option>`)}</select>
  <input name="trace" value="${value('trace')}" placeholder="trace id" size="14" aria-label="Trace id">
  <button>Show</button>
</form>`;
  const list =
    lines.length === 0
      ? nothing('No line fits.', 'Lines of functions and of the platform appear here.')
      : logTable(lines.reverse(), true);
  return {
    name: 'logs',
    title: 'Logs',
    live: 'services event',
    content: html`${heading(html`Logs <small>${count(lines.length, 'line')}</small>`, form)}${list}`,
  };
}

/** Log lines as rows. */
export const logTable = (lines: readonly LogLine[], withTrace: boolean) =>
  html`<div class="scroll"><table class="log"><tbody>${lines.map(
    (
      line,
    ) => html`<tr class="level-${line.level}"><td class="time">${clockTime(line.timeMs)}</td><td><span class="tag hue-${hueOf(line.service)}">${line.service}</span></td><td class="level">${line.level}</td>
<td class="message">${line.message}${line.fields && html` <span class="quiet">${JSON.stringify(line.fields)}</span>`}</td>${withTrace && html`<td>${line.traceId && html`<a class="code" href="/traces/${line.traceId}">${line.traceId.slice(0, 8)}</a>`}</td>`}</tr>`,
  )}</tbody></table></div>`;
