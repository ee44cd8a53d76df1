import { html } from 'hono/html';
import { formToken } from './form-guard.ts';
import { clockTime, count, eventType } from './format.ts';
import { heading, nothing, type Page } from './layout.ts';
import { missing } from './operations-page.ts';
import { type DeadLetter, deadLetterFilters } from './operator-api.ts';
import type { ConsoleSources } from './sources.ts';

const shown = 50;
const states = { open: 'open', redriven: 'redriven', dismissed: 'dismissed', all: 'open and settled' };

/** Page that lists dead letters, to inspect, select and redrive. */
export async function deadLettersPage(parameters: URLSearchParams, { operations }: ConsoleSources): Promise<Page> {
  const state = Object.hasOwn(states, parameters.get('state') ?? '')
    ? (parameters.get('state') as keyof typeof states)
    : 'open';
  const query = new URLSearchParams({ state, limit: String(shown) });
  for (const name of [...deadLetterFilters, 'after'])
    if (parameters.get(name)) query.set(name, parameters.get(name) as string);
  const response = await operations?.call<DeadLetter[]>('GET', `/dead-letters?${query}`);
  if (response?.problem !== undefined || !response)
    return missing('dead-letters', 'Dead letters', response ?? { status: 404, problem: '' });
  const filters = deadLetterFilters.filter((name) => parameters.get(name));
  const list = response.body.length === 0 ? empty(state, filters.length > 0) : table(response.body, parameters, state);
  const next =
    response.next &&
    html`<p><a class="button" href="/dead-letters?${withAfter(parameters, response.next)}">Older ones</a></p>`;
  const total = html`<small>${response.next ? `the newest ${response.body.length}` : `${response.body.length} ${states[state]}`}</small>`;
  return {
    name: 'dead-letters',
    title: 'Dead letters',
    live: 'event',
    content: html`${heading(html`Dead letters ${total}`, search(parameters, state))}${list}${next}`,
  };
}

const search = (parameters: URLSearchParams, state: string) => html`<form method="get" role="search">
  <select name="state" aria-label="State">${Object.entries(states).map(([each, text]) => html`<option value="${each}"${each === state && html` selected`}>${text}</option>`)}</select>
  ${(['trigger', 'type', 'subject'] as const).map((name) => html`<input type="search" name="${name}" size="${name === 'type' ? 26 : 16}" value="${parameters.get(name)}" placeholder="${name}" aria-label="${name}">`)}
  ${(['source', 'trace', 'from', 'to'] as const).map((name) => parameters.get(name) && html`<label class="check">${name} <input name="${name}" value="${parameters.get(name)}" size="12"></label>`)}
  <button>Show</button>
</form>`;

const empty = (state: string, filtered: boolean) =>
  nothing(
    filtered
      ? 'No dead letter fits.'
      : state === 'open'
        ? 'No dead letter is waiting for you.'
        : 'There is no such dead letter.',
    filtered
      ? html`<a href="/dead-letters?state=all">All dead letters</a>`
      : 'An event that a trigger’s subscriber did not take, after every retry, is kept here with its cause.',
  );

function table(deadLetters: readonly DeadLetter[], parameters: URLSearchParams, state: string) {
  const filters = deadLetterFilters.filter((name) => parameters.get(name));
  const all = filters.length > 0 ? 'Redrive all that match…' : 'Redrive all…';
  return html`<form method="post" action="/dead-letters/confirm" class="block">${formToken()}
${filters.map((name) => html`<input type="hidden" name="${name}" value="${parameters.get(name)}">`)}
<div class="scroll"><table class="dead-letters">
<caption class="unseen">Dead letters, newest first</caption>
<thead><tr><th><span class="unseen">Choose</span></th><th>Failed</th><th>Event</th><th>Subject</th><th>Trigger</th><th>Cause</th><th>Trace</th></tr></thead>
<tbody>${deadLetters.map(row)}</tbody></table></div>
${deadLetters.some((each) => each.state === 'open') && html`<p class="actions"><button name="what" value="chosen">Redrive those ticked…</button> ${state === 'open' && html`<button name="what" value="all">${all}</button>`}</p>`}</form>`;
}

const row = ({
  number,
  event,
  trigger,
  cause,
  failed_at,
  trace_id,
  state,
  redrives,
}: DeadLetter) => html`<tr data-key="letter ${number}">
<td>${state === 'open' && html`<input type="checkbox" name="number" value="${number}" aria-label="Dead letter ${number}">`}</td>
<td class="time">${clockTime(Date.parse(failed_at))}</td>
<td><a href="/dead-letters/${number}">${eventType(event.type)}</a></td>
<td>${event.subject ?? '–'}</td>
<td>${deadLetterChip(state, trigger, redrives)}</td>
<td class="cause">${cause}</td>
<td>${trace_id ? html`<a class="code" href="/traces/${trace_id}">${trace_id.slice(0, 8)}</a>` : '–'}</td></tr>`;

/** Whether a dead letter waits or was settled, with the trigger that it belongs to. */
export const deadLetterChip = (state: DeadLetter['state'], trigger: string | null, redrives: number) =>
  html`<span class="chip ${state === 'open' ? 'dead-lettered' : 'delivered'}" title="${state}${redrives > 0 ? `, sent again ${count(redrives, 'time')}` : ''}">${trigger ?? 'unknown trigger'}${redrives > 0 && html`<b>↻${redrives}</b>`}</span>`;

function withAfter(parameters: URLSearchParams, after: string): string {
  const query = new URLSearchParams(parameters);
  query.set('after', after);
  return query.toString();
}
