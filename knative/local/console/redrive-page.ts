import { html } from 'hono/html';
import { formToken } from './form-guard.ts';
import { count } from './format.ts';
import { heading, type Page } from './layout.ts';
import type { DeadLetter } from './operator-api.ts';

/** The selection of a redrive. */
export type Choice =
  | { numbers: number[]; filter?: never }
  | { filter: Record<string, string>; numbers?: never }
  | { all: true; numbers?: never; filter?: never };

/** Confirmation page of a redrive. */
export function confirmPage(choice: Choice, total: number, one: DeadLetter | undefined): Page {
  const title = total === 0 ? 'Nothing to redrive' : `Redrive ${count(total, 'dead letter')}?`;
  const of = one
    ? html`<b>${one.event.type}</b>${one.event.subject && html` of <b>${one.event.subject}</b>`} is`
    : 'Each event is';
  const ask = html`<p>${of} sent once more to the subscriber that did not take it, in the same trace. A consumer that keeps an inbox ignores what it has already seen.</p>
<form method="post" action="/dead-letters/redrive">${formToken()}${fields(choice)}<button class="main">Redrive ${one ? 'it' : total}</button> <a class="button" href="/dead-letters">Not now</a></form>`;
  const none = html`<p>No dead letter is open there any more. <a href="/dead-letters">Back to the dead letters</a></p>`;
  return { name: 'dead-letters', title, content: html`${heading(title)}${chosen(choice)}${total === 0 ? none : ask}` };
}

const chosen = ({ filter }: Choice) =>
  filter &&
  html`<dl class="pairs">${Object.entries(filter).map(([name, value]) => html`<div><dt>${name}</dt><dd class="code">${value}</dd></div>`)}</dl>`;

const fields = ({ numbers, filter }: Choice) =>
  numbers
    ? html`<input type="hidden" name="what" value="chosen">${numbers.map((number) => html`<input type="hidden" name="number" value="${number}">`)}`
    : html`<input type="hidden" name="what" value="all">${Object.entries(filter ?? {}).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}`;
