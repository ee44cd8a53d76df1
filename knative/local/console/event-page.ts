import type { ConsoleSources } from '../console.ts';
import type { TriggerOutcome } from '../event-summary.ts';
import { chip } from './events-page.ts';
import { clockTime, duration, eventType } from './format.ts';
import { html } from './html.ts';
import { heading, nothing, type Page } from './layout.ts';

/** One event: attributes, data, and its way through each trigger. */
export async function eventPage(id: string, { brokers, operations }: ConsoleSources): Promise<Page> {
  const event = await brokers.find(id);
  if (!event)
    return {
      name: 'events',
      title: 'Event',
      status: 404,
      content: html`${heading('Event')}${nothing(`No event ${id} is kept.`, 'Events are kept for a day, and as long as somebody has not got them.')}`,
    };
  const trace = event.trace_id && html`<a class="button" href="/traces/${event.trace_id}">Its trace</a>`;
  const letters = operations && event.trace_id && html`<a class="button" href="/dead-letters?state=all&amp;trace=${event.trace_id}">Its dead letters</a>`;
  const content = html`
${heading(eventType(event.type), html`<p class="actions">${letters}${trace}</p>`)}
<section><h2>Triggers</h2>${
    event.triggers.length === 0
      ? html`<p class="quiet">No trigger’s filter let it pass.</p>`
      : html`<div class="scroll"><table>
<thead><tr><th>Trigger</th><th>Outcome</th><th>Attempts</th><th>Status</th><th>Took</th><th>Last error</th><th>Next attempt</th></tr></thead>
<tbody>${event.triggers.map(trigger)}</tbody></table></div>`
  }
${event.filtered.length > 0 && html`<p class="quiet">Filtered out by ${event.filtered.join(', ')}.</p>`}</section>
<section><h2>Attributes</h2><dl class="pairs">${Object.entries(event.attributes).map(([name, value]) => html`<div><dt>${name}</dt><dd class="code">${value}</dd></div>`)}
<div><dt>broker</dt><dd class="code">${event.broker}, record ${event.sequence}</dd></div></dl></section>
<section><h2>Data</h2>${event.data === undefined && event.data_base64 === undefined ? html`<p class="quiet">None.</p>` : html`<pre>${readable(event.data) ?? `base64: ${event.data_base64}`}</pre>`}</section>`;
  return { name: 'events', title: event.type, live: 'event', content };
}

const trigger = (each: TriggerOutcome) => html`<tr><td>${chip(each)}</td><td>${each.outcome}</td><td>${each.attempts}</td><td>${each.status ?? '–'}</td>
<td>${each.latencyMs === undefined ? '–' : duration(each.latencyMs)}</td><td>${each.error ?? '–'}</td><td class="time">${each.nextAttemptAt === undefined ? '–' : clockTime(each.nextAttemptAt)}</td></tr>`;

/** Text as it is, JSON on several lines. */
export function readable(data: string | undefined): string | undefined {
  if (data === undefined) return undefined;
  try {
    return JSON.stringify(JSON.parse(data), null, 2);
  } catch {
    return data;
  }
}
