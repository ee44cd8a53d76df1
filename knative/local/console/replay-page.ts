import { html } from 'hono/html';
import { formToken } from './form-guard.ts';
import { heading, type Page } from './layout.ts';
import { missing } from './operations-page.ts';
import type { ConsoleSources } from './sources.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Page with the form of a replay: which events, to which trigger. */
export async function replayPage(parameters: URLSearchParams, sources: ConsoleSources): Promise<Page> {
  const there = await sources.operations?.call('GET', '/events?limit=1');
  if (there?.problem !== undefined || !there) return missing('replay', 'Replay', there ?? { status: 404, problem: '' });
  return replayForm(parameters, sources);
}

/** The form, with what was wrong with it the last time. */
export function replayForm(given: URLSearchParams, { operations }: ConsoleSources, problem?: string): Page {
  const now = Date.now();
  const time = (name: string, ms: number) =>
    html`<input type="datetime-local" step="1" required id="${name}" name="${name}" value="${given.get(name) ?? localTime(ms)}">`;
  const content = html`${heading('Replay', html`<p class="quiet">Sends archived events to one trigger once more.</p>`)}
${problem && html`<p class="cause lead" role="alert">${problem}</p>`}
<form method="post" action="/replays" class="block sheet">${formToken()}
<p><label for="trigger">Trigger</label> <select id="trigger" name="trigger" required>${operations?.triggers().map(({ name }) => html`<option${name === given.get('trigger') && html` selected`}>${name}</option>`)}</select></p>
<p><label for="from">From</label> ${time('from', now - dayMs)}</p>
<p><label for="to">To</label> ${time('to', now)}</p>
<p class="actions"><button class="main">Count what would be sent</button></p></form>
<p class="quiet">Only events that pass the trigger’s filters go to its subscriber; other triggers see nothing of it. Nothing is sent before you have seen how many there are.</p>`;
  return { name: 'replay', title: 'Replay', ...(problem && { status: 422 }), content };
}

/** As a browser's field for a local time wants it: `2026-01-31T14:00:00`. */
export function localTime(ms: number): string {
  const date = new Date(ms);
  return new Date(ms - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
