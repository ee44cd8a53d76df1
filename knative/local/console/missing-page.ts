import { html } from 'hono/html';
import { formToken } from './form-guard.ts';
import { clockTime, count, eventType } from './format.ts';
import { heading, nothing, type Page } from './layout.ts';
import { missing } from './operations-page.ts';
import type { MissingEvent, ReconciledTrigger } from './operator-api.ts';
import type { ConsoleSources } from './sources.ts';

const shown = 50;

/** Page of what each Trigger's consumer has not got of the archive. */
export async function missingPage({ operations }: ConsoleSources): Promise<Page> {
  const [triggers, events] = await Promise.all([
    operations?.call<ReconciledTrigger[]>('GET', '/reconciliation'),
    operations?.call<MissingEvent[]>('GET', `/missing?limit=${shown}`),
  ]);
  if (!triggers || !events) return missing('missing', 'Missing events', { status: 404, problem: '' });
  if (triggers.problem !== undefined) return missing('missing', 'Missing events', triggers);
  if (events.problem !== undefined) return missing('missing', 'Missing events', events);
  const total = triggers.body.reduce((sum, each) => sum + each.missing, 0);
  const form = html`<form method="post" action="/missing/reconcile">${formToken()}<button class="main">Compare, and send what is missing</button></form>`;
  return {
    name: 'missing',
    title: 'Missing events',
    live: 'event',
    content: html`${heading(html`Missing events <small>${total === 0 ? 'none' : count(total, 'event')}</small>`, form)}
${triggers.body.length === 0 ? nothing('Nothing was compared yet.', 'What is archived is compared with what consumers have after two minutes.') : triggerTable(triggers.body)}
${events.body.length > 0 && eventTable(events.body)}`,
  };
}

const triggerTable = (triggers: readonly ReconciledTrigger[]) => html`<div class="scroll"><table>
<caption class="unseen">Triggers, and what their consumers have not got</caption>
<thead><tr><th>Trigger</th><th>Missing</th><th>Since</th><th>Sent again</th><th>Note</th></tr></thead>
<tbody>${triggers.map(triggerRow)}</tbody></table></div>`;

const triggerRow = ({
  trigger,
  reconciled,
  reason,
  missing: lacking,
  missing_since: since,
  redelivered,
  too_old: old,
}: ReconciledTrigger) => html`<tr data-key="trigger ${trigger}">
<td>${trigger}</td>
<td>${reconciled ? html`<span class="chip ${lacking > 0 ? 'dead-lettered' : 'delivered'}">${lacking}</span>` : 'not reconciled'}</td>
<td class="time">${since ? clockTime(Date.parse(since)) : '–'}</td>
<td>${redelivered}</td>
<td>${reason ?? (old > 0 ? `${count(old, 'event')} too old to be compared` : '')}</td></tr>`;

const eventTable = (events: readonly MissingEvent[]) => html`<h2>Oldest</h2><div class="scroll"><table>
<caption class="unseen">Missing events, oldest first</caption>
<thead><tr><th>Missed</th><th>Event</th><th>Subject</th><th>Trigger</th><th>Attempts</th><th>Next</th><th>Last answer</th></tr></thead>
<tbody>${events.map(eventRow)}</tbody></table></div>`;

const eventRow = ({
  trigger,
  position,
  id,
  type,
  source,
  subject,
  since,
  attempts,
  next_at: next,
  error,
}: MissingEvent) => html`<tr data-key="missing ${trigger} ${position}">
<td class="time">${clockTime(Date.parse(since))}</td>
<td><a href="/events/${encodeURIComponent(id)}?source=${encodeURIComponent(source)}">${eventType(type)}</a></td>
<td>${subject ?? '–'}</td>
<td>${trigger}</td>
<td>${attempts}</td>
<td class="time">${clockTime(Date.parse(next))}</td>
<td class="cause">${error ?? '–'}</td></tr>`;
