import { html } from 'hono/html';
import { formToken } from './form-guard.ts';
import { clockTime, count } from './format.ts';
import { heading, nothing, type Page } from './layout.ts';
import { missing } from './operations-page.ts';
import { type Job, position } from './operator-api.ts';
import { localTime } from './replay-page.ts';
import type { ConsoleSources } from './sources.ts';

const names = { redrive: 'dead-letters', replay: 'replay' } as const;

/** Page with the progress of a redrive or a replay. */
export async function jobPage(kind: Job['kind'], id: string, { operations }: ConsoleSources): Promise<Page> {
  const title = kind === 'redrive' ? 'Redrive' : 'Replay';
  const name = names[kind];
  const response = /^[\w-]{1,64}$/.test(id) ? await operations?.call<Job>('GET', `/${kind}s/${id}`) : undefined;
  if (!response || response.status === 404)
    return { name, title, status: 404, content: html`${heading(title)}${nothing(`There is no ${kind} ${id}.`)}` };
  if (response.problem !== undefined) return missing(name, title, response);
  const job = response.body;
  const running = job.state === 'running';
  const content = html`${heading(html`${headline(job)} <small>${job.state}</small>`, running && !job.dry_run ? cancelForm(job) : undefined)}
${running && html`<progress max="${Math.max(1, job.total)}" value="${position(job)}" aria-label="Progress">${position(job)} of ${job.total}</progress>`}
${job.error && html`<p class="cause lead">${job.error}</p>`}
<dl class="pairs">${kind === 'replay' && range(job)}${pairs(job)}</dl>${!running && after(job)}`;
  return { name, title, content, ...(running && { live: 'event', refreshSeconds: 2 }) };
}

function headline(job: Job): string {
  const { kind, dry_run, total, done, failed, state } = job;
  if (state === 'running') return `${dry_run ? 'Counting: ' : ''}${position(job)} of ${count(total, 'event')}`;
  if (dry_run) return `${count(kind === 'replay' ? done : total, 'event')} would be sent`;
  return failed > 0 ? `${done} sent, ${failed} rejected` : `${count(done, 'event')} sent`;
}

const range = ({ trigger, from, to }: Job) =>
  html`${pair('trigger', trigger)}${pair('from', from && clockTime(Date.parse(from)))}${pair('to', to && clockTime(Date.parse(to)))}`;

const pairs = ({ dry_run, total, done, failed, unmatched, created_at, finished_at }: Job) =>
  html`${pair('in all', total)}${pair(dry_run ? 'would be sent' : 'sent', done)}${unmatched > 0 && pair('not for the trigger', unmatched)}${!dry_run && pair('rejected', failed)}
${pair('begun', clockTime(Date.parse(created_at)))}${finished_at && pair('ended', clockTime(Date.parse(finished_at)))}`;

const pair = (name: string, value: Parameters<typeof html>[1]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

const cancelForm = ({ id, kind }: Job) =>
  html`<form method="post" action="/${kind}s/${id}/cancel">${formToken()}<button>Stop it</button></form>`;

/** Actions for the next step. */
function after({ kind, dry_run, trigger, from, to, done, failed }: Job) {
  if (kind === 'redrive')
    return html`<p class="actions"><a class="button" href="/dead-letters">${failed > 0 ? 'What is still open' : 'Dead letters'}</a></p>`;
  const again = html`<a class="button" href="/replay?trigger=${encodeURIComponent(trigger ?? '')}&amp;from=${localTime(Date.parse(from ?? ''))}&amp;to=${localTime(Date.parse(to ?? ''))}">Another range</a>`;
  if (!dry_run || done === 0) return html`<p class="actions">${again}</p>`;
  return html`<p>The trigger’s subscriber gets each of them once more. A consumer that keeps an inbox ignores what it has already seen.</p>
<form method="post" action="/replays">${formToken()}<input type="hidden" name="trigger" value="${trigger}"><input type="hidden" name="from" value="${from}"><input type="hidden" name="to" value="${to}">
<button class="main" name="start" value="now">Replay them</button> ${again}</form>`;
}
