import type { AttemptRecord } from '@dormouse/eventing/delivery/attempt-history';
import type { EventDetail } from '@dormouse/eventing/event-summary';
import type { TriggerVerdict } from '@dormouse/eventing/verdicts';
import { html } from 'hono/html';
import { chip } from './events-page.ts';
import { clockTime, duration, eventPath, eventType } from './format.ts';
import { heading, nothing, type Page } from './layout.ts';
import type { ConsoleSources } from './sources.ts';

/** Page of one event: attributes, data, and its outcome at each trigger. */
export async function eventPage(
  id: string,
  source: string | undefined,
  { brokers, operations }: ConsoleSources,
): Promise<Page> {
  const [event, ...more] = await brokers.find(id, source);
  if (!event)
    return {
      name: 'events',
      title: 'Event',
      status: 404,
      content: html`${heading('Event')}${nothing(`No event ${id} is kept.`, 'Events are kept for a day, and as long as somebody has not got them.')}`,
    };
  if (more.length > 0)
    return { name: 'events', title: 'Event', content: html`${heading('Which event?')}${choice([event, ...more])}` };
  const trace = event.trace_id && html`<a class="button" href="/traces/${event.trace_id}">Its trace</a>`;
  const deadLetters =
    operations &&
    event.trace_id &&
    event.verdicts.some(({ outcome }) => outcome === 'dead-lettered') &&
    html`<a class="button" href="/dead-letters?state=all&amp;trace=${event.trace_id}">Its dead letters</a>`;
  const content = html`
${heading(eventType(event.type), html`<p class="actions">${deadLetters}${trace}</p>`)}
<section><h2>Triggers</h2>${
    event.verdicts.length === 0
      ? html`<p class="quiet">The broker has no trigger.</p>`
      : html`<div class="scroll"><table>
<thead><tr><th scope="col">Trigger</th><th scope="col">Outcome</th><th scope="col">Because</th><th scope="col">Attempts</th><th scope="col">Took</th><th scope="col">Next attempt</th></tr></thead>
<tbody>${event.verdicts.map((each) => verdict(each, event))}</tbody></table></div>`
  }</section>
${event.verdicts.some(({ attempts }) => attempts.length > 0) && attemptTable(event)}
<section><h2>Attributes</h2><dl class="pairs">${Object.entries(event.attributes).map(([name, value]) => html`<div><dt>${name}</dt><dd class="code">${value}</dd></div>`)}
<div><dt>broker</dt><dd class="code">${event.broker}, record ${event.sequence}</dd></div></dl></section>
<section><h2>Data</h2>${event.data === undefined && event.data_base64 === undefined ? html`<p class="quiet">None.</p>` : html`<pre>${readable(event.data) ?? `base64: ${event.data_base64}`}</pre>`}</section>`;
  return { name: 'events', title: event.type, live: 'event', content };
}

const choice = (
  events: readonly EventDetail[],
) => html`<p>An id is unique for its source only, and several sources gave this one:</p>
<ul>${events.map((event) => html`<li><a href="${eventPath(event)}">${eventType(event.type)}</a> of <span class="code">${event.source}</span></li>`)}</ul>`;

function verdict({ trigger, matches, clause, outcome, note }: TriggerVerdict, { triggers }: EventDetail) {
  const known = triggers.find(({ name }) => name === trigger);
  return html`<tr><th scope="row">${known ? chip(known) : html`<span class="quiet">${trigger}</span>`}</th><td>${outcome ?? 'not known'}</td>
<td>${matches ? 'passes' : 'filtered out'}: <span class="code">${clause}</span>${note && html`<br><span class="quiet">${note}</span>`}</td><td>${known?.attempts ?? '–'}${known?.dead_letter_attempts && html` <span class="quiet">+ ${known.dead_letter_attempts} at the dead-letter sink</span>`}</td>
<td class="time">${known?.latencyMs === undefined ? '–' : duration(known.latencyMs)}</td><td class="time">${known?.nextAttemptAt === undefined ? '–' : clockTime(known.nextAttemptAt)}</td></tr>`;
}

/** The recorded attempts by trigger, oldest first. */
const attemptTable = ({ verdicts }: EventDetail) => html`<section><h2>Attempts</h2><div class="scroll"><table>
<thead><tr><th scope="col">Trigger</th><th scope="col">Began</th><th scope="col">Status</th><th scope="col">Took</th><th scope="col">Error</th><th scope="col">Next attempt</th></tr></thead>
<tbody>${verdicts.map(({ trigger, attempts }) => attempts.map((each) => attempt(trigger, each)))}</tbody></table></div></section>`;

const attempt = (
  trigger: string,
  { at, status, latency_ms, error, next_attempt_at, dead_letter_sink, reply }: AttemptRecord,
) => html`<tr>
<td>${trigger}${reply && html` <span class="quiet">reply</span>`}${dead_letter_sink && html` <span class="quiet">dead-letter sink</span>`}</td><td class="time">${clockTime(Date.parse(at))}</td><td>${status ?? '–'}</td>
<td>${latency_ms === undefined ? 'in progress' : duration(latency_ms)}</td><td>${error ?? '–'}</td><td class="time">${next_attempt_at === undefined ? '–' : clockTime(Date.parse(next_attempt_at))}</td></tr>`;

/** Text as it is, JSON on several lines. */
export function readable(data: string | undefined): string | undefined {
  if (data === undefined) return undefined;
  try {
    return JSON.stringify(JSON.parse(data), null, 2);
  } catch {
    return data;
  }
}
