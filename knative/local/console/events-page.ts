import type { TriggerOutcome } from '@dormouse/eventing/delivery/outcome';
import type { EventSummary } from '@dormouse/eventing/event-summary';
import { html } from 'hono/html';
import { clockTime, count, eventPath, eventType } from './format.ts';
import { heading, nothing, type Page } from './layout.ts';
import type { ConsoleSources } from './sources.ts';

const shown = 500;

/** The flow of events with each trigger's outcome. */
export function eventsPage(parameters: URLSearchParams, { brokers }: ConsoleSources): Page {
  const text = parameters.get('text')?.trim() ?? '';
  const outcome = parameters.get('outcome') ?? '';
  const events = brokers
    .recent(shown)
    .filter(
      (event) =>
        holds(event, text.toLowerCase()) && (outcome === '' || event.triggers.some((each) => each.outcome === outcome)),
    );
  const options = ['', 'pending', 'delivering', 'retrying', 'delivered', 'dead-lettered', 'undeliverable', 'removed'];
  const form = html`<form method="get" role="search">
  <input type="search" name="text" value="${text}" placeholder="type, subject, id …" aria-label="Part of type, subject, source or id">
  <select name="outcome" aria-label="Outcome">${options.map((each) => html`<option value="${each}"${each === outcome && html` selected`}>${each || 'any outcome'}</option>`)}</select>
  <button>Show</button>
</form>`;
  const list =
    events.length === 0
      ? nothing(
          text || outcome ? 'No event fits.' : 'No event yet.',
          text || outcome ? '' : 'It appears here as soon as a function sends one.',
        )
      : eventTable(events);
  return {
    name: 'events',
    title: 'Events',
    live: 'event',
    content: html`${heading(html`Events <small>${count(events.length, 'event')}</small>`, form)}${list}`,
  };
}

const holds = ({ id, type, subject = '', source }: EventSummary, text: string) =>
  [id, type, subject, source].some((value) => value.toLowerCase().includes(text));

/** Events as rows, newest first. */
export const eventTable = (events: readonly EventSummary[]) => html`<div class="scroll"><table class="events">
<thead><tr><th>Time</th><th>Event</th><th>Subject</th><th>Source</th><th>Triggers</th><th>Trace</th></tr></thead>
<tbody>${events.map(row)}</tbody></table></div>`;

const row = ({
  id,
  type,
  source,
  subject,
  time,
  trace_id,
  triggers,
  sequence,
  broker,
}: EventSummary) => html`<tr data-key="${broker} ${sequence}">
<td class="time">${clockTime(Date.parse(time))}</td>
<td><a href="${eventPath({ id, source })}">${eventType(type)}</a></td>
<td>${subject ?? '–'}</td><td class="quiet">${source}</td>
<td class="chips">${triggers.length === 0 ? html`<span class="quiet">no trigger</span>` : triggers.map(chip)}</td>
<td>${trace_id ? html`<a class="code" href="/traces/${trace_id}">${trace_id.slice(0, 8)}</a>` : '–'}</td></tr>`;

/** A trigger's outcome as a small label. */
export const chip = ({ name, outcome, attempts, error }: TriggerOutcome) =>
  html`<span class="chip ${outcome}" title="${name}: ${outcome}${attempts > 0 ? ` after ${count(attempts, 'attempt')}` : ''}${error ? ` (${error})` : ''}">${name}${attempts > 1 && html`<b>×${attempts}</b>`}</span>`;
