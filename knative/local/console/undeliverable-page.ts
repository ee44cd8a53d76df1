import type { Undeliverable } from '@dormouse/eventing/store/undeliverable';
import { html } from 'hono/html';
import { clockTime, count, eventPath, eventType } from './format.ts';
import { heading, nothing, type Page } from './layout.ts';
import type { ConsoleSources } from './sources.ts';

/** Page of undeliverable events, with the cause of each. */
export function undeliverablePage({ brokers }: ConsoleSources): Page {
  const all = brokers.undeliverable();
  const intro = html`<p class="quiet">${count(all.length, 'event')} kept on disk, because no dead-letter sink took them.</p>`;
  const list =
    all.length === 0
      ? nothing('Every event reached its triggers.', 'What cannot be delivered is kept here with its cause.')
      : html`<ul class="failures">${all.map(entry)}</ul>`;
  return {
    name: 'undeliverable',
    title: 'Undeliverable',
    live: 'event',
    content: html`${heading('Undeliverable events', intro)}${list}`,
  };
}

const entry = (event: Undeliverable) => html`<li data-key="${event.trigger} ${event.source} ${event.id}">
<div class="failure-head"><a href="${eventPath(event)}">${eventType(event.type)}</a><span>${event.subject}</span><span class="chip undeliverable">${event.trigger}<b>×${event.attempts}</b></span><span class="quiet">${clockTime(Date.parse(event.failed_at))}</span></div>
<p class="cause">${event.cause}</p>
${event.body && html`<pre>${event.body}</pre>`}
<p class="quiet">to <span class="code">${event.destination}</span>${event.trace_id && html` · <a href="/traces/${event.trace_id}">its trace</a>`} · id <span class="code">${event.id}</span></p></li>`;
