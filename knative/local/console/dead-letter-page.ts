import { html } from 'hono/html';
import { deadLetterChip } from './dead-letters-page.ts';
import { readable } from './event-page.ts';
import { formToken } from './form-guard.ts';
import { clockTime, eventPath, eventType } from './format.ts';
import { heading, nothing, type Page } from './layout.ts';
import { missing } from './operations-page.ts';
import type { DeadLetterDetail } from './operator-api.ts';
import type { ConsoleSources } from './sources.ts';

/** Page of one dead letter: cause, content and attempts. */
export async function deadLetterPage(number: string, { operations }: ConsoleSources): Promise<Page> {
  const name = 'dead-letters';
  const none = html`${heading('Dead letter')}${nothing(`There is no dead letter ${number}.`, html`<a href="/dead-letters?state=all">All dead letters</a>`)}`;
  if (!/^\d{1,15}$/.test(number)) return { name, title: 'Dead letter', status: 404, content: none };
  const response = await operations?.call<DeadLetterDetail>('GET', `/dead-letters/${number}`);
  if (response?.status === 404) return { name, title: 'Dead letter', status: 404, content: none };
  if (response?.problem !== undefined || !response)
    return missing(name, 'Dead letter', response ?? { status: 404, problem: '' });
  return { name, title: `Dead letter ${number}`, live: 'event', content: content(response.body) };
}

const content = (deadLetter: DeadLetterDetail) => html`
${heading(html`${eventType(deadLetter.event.type)} <small>dead letter ${deadLetter.number}</small>`, actions(deadLetter))}
<p class="cause lead">${deadLetter.cause}</p>
<dl class="pairs">${pair('trigger', deadLetterChip(deadLetter.state, deadLetter.trigger, deadLetter.redrives))}${pair('state', states[deadLetter.state])}${deadLetter.dismissal && pair('dismissed', `${clockTime(Date.parse(deadLetter.dismissal.at))} by ${deadLetter.dismissal.by}: ${deadLetter.dismissal.reason}`)}
${pair('sent to', deadLetter.destination, 'code')}${pair('answer', deadLetter.status === null ? 'none' : `HTTP ${deadLetter.status}`)}${pair('given up', clockTime(Date.parse(deadLetter.failed_at)))}</dl>
${deadLetter.body && html`<section><h2>Response of the subscriber</h2><pre>${readable(deadLetter.body)}</pre></section>`}
<section><h2>Attempts</h2>${deadLetter.attempts.length === 0 ? html`<p class="quiet">It was not sent again yet.</p>` : attempts(deadLetter)}</section>
<section><h2>Data</h2>${data(deadLetter)}</section>
<section><h2>Attributes</h2>${pairs(deadLetter.attributes)}</section>
<section><h2>Headers of the dead letter</h2>${pairs(deadLetter.headers)}</section>
${deadLetter.state === 'open' && dismissForm(deadLetter.number)}`;

const states: Record<DeadLetterDetail['state'], string> = {
  open: 'open: its subscriber does not have it',
  redriven: 'redriven: its subscriber has it',
  dismissed: 'dismissed: its subscriber will not get it',
};

const dismissForm = (number: number) => html`<section><h2>Dismiss</h2>
<p class="quiet">For what nobody will redrive. It stays on record, with the reason.</p>
<form method="post" action="/dead-letters/${number}/dismiss" class="actions">${formToken()}<input name="reason" size="40" maxlength="500" placeholder="reason" aria-label="Reason" required> <button>Dismiss</button></form></section>`;

const actions = ({ number, event, trace_id, state }: DeadLetterDetail) => html`<div class="actions">
${state === 'open' && html`<form method="post" action="/dead-letters/confirm">${formToken()}<input type="hidden" name="number" value="${number}"><button class="main" name="what" value="chosen">Redrive…</button></form>`}
<a class="button" href="${eventPath(event)}">Its event</a>${trace_id && html`<a class="button" href="/traces/${trace_id}">Its trace</a>`}</div>`;

const attempts = ({ attempts: all }: DeadLetterDetail) => html`<div class="scroll"><table>
<thead><tr><th>When</th><th>Outcome</th><th>Status</th><th>Error</th><th>Trace</th></tr></thead>
<tbody>${all.map(
  ({ at, status, outcome, error, trace_id }) =>
    html`<tr><td class="time">${clockTime(Date.parse(at))}</td><td>${outcome}</td><td>${status ?? '–'}</td><td>${error ?? '–'}</td><td>${trace_id ? html`<a class="code" href="/traces/${trace_id}">${trace_id.slice(0, 8)}</a>` : '–'}</td></tr>`,
)}</tbody></table></div>`;

function data({ data, data_base64 }: DeadLetterDetail) {
  const text = data_base64
    ? `base64: ${data_base64}`
    : typeof data === 'string'
      ? readable(data)
      : data != null && JSON.stringify(data, null, 2);
  return text ? html`<pre>${text}</pre>` : html`<p class="quiet">None.</p>`;
}

const pair = (name: string, value: Parameters<typeof html>[1], style = '') =>
  html`<div><dt>${name}</dt><dd class="${style}">${value}</dd></div>`;
const pairs = (values: Readonly<Record<string, string>>) =>
  html`<dl class="pairs">${Object.entries(values).map(([name, value]) => pair(name, value, 'code'))}</dl>`;
