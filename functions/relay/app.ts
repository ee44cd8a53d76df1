import { newApp } from '@dormouse/runtime/app';
import type { Drained } from '@dormouse/runtime/drain';
import type { Logger } from '@dormouse/runtime/log';
import { measure } from '@dormouse/runtime/measure';
import { metrics } from '@dormouse/signals/metrics';
import { havePublished, type PublishingOptions } from './have-published.ts';
import { haveReconciled, type ReconcilingOptions } from './have-reconciled.ts';
import { haveWoken, type WakingOptions } from './have-woken.ts';
import type { Settled } from './settle.ts';
import type { Backlog } from './store.ts';

export interface Dependencies extends ReconcilingOptions, PublishingOptions, WakingOptions {
  /** Schemas that hold an outbox. */
  schemas: () => Promise<string[]>;
  /** Events in their outboxes that are not sent, or that are sent and not known to be archived. */
  backlogs: (schemas: readonly string[], which: 'unsent' | 'sent') => Promise<Backlog[]>;
  /** Sends the events that other functions left there. */
  drainOutboxes: (schemas: readonly string[]) => Promise<Drained>;
  /** Removes from one outbox what is archived, and sends again what should be. */
  settleOutbox: (schema: string) => Promise<Settled>;
  log: Logger;
}

/**
 * Woken by a PingSource, and by nothing else: `POST /` with any CloudEvent drains every outbox once, and then looks after what was sent.
 * The tick says no more than that time has passed, so it is neither read nor remembered; two ticks at once do no harm, since rows are
 * locked while they are sent. Then it has the journal reconcile, if there is something to. Meanwhile it has posts publish what is due, and wakes
 * other functions of which something is.
 */
export function createApp(dependencies: Dependencies) {
  const { schemas, backlogs, drainOutboxes, settleOutbox, log } = dependencies;
  const settle = async (schema: string) => {
    const { resent } = await settleOutbox(schema);
    for (const [type, count] of resent) measure(metrics.eventsResent, count, { 'messaging.destination.name': type });
    if (resent.size > 0)
      log.warn({ schema, resent: Object.fromEntries(resent) }, 'events were sent again: the archive lacks them');
  };
  return newApp().post('/', async (c) => {
    const published = havePublished(dependencies);
    const woken = haveWoken(dependencies);
    const all = await schemas();
    // Before anything is sent, so that it is recorded even when the Broker does not answer.
    for (const { schema, pending, ageSeconds } of await backlogs(all, 'unsent')) {
      measure(metrics.outboxPending, pending, { 'db.namespace': schema });
      measure(metrics.outboxAge, ageSeconds, { 'db.namespace': schema });
    }
    const { sent, left } = await drainOutboxes(all);
    if (sent > 0 || left > 0) log.info({ sent, left }, 'outboxes drained');
    for (const schema of all)
      await settle(schema).catch((error: unknown) =>
        // Nothing is removed and nothing sent again before the archive can be asked.
        log.warn({ error, schema }, 'what was sent could not be compared with the archive'),
      );
    for (const { schema, pending, ageSeconds } of await backlogs(all, 'sent')) {
      measure(metrics.unarchivedPending, pending, { 'db.namespace': schema });
      measure(metrics.unarchivedAge, ageSeconds, { 'db.namespace': schema });
    }
    await haveReconciled(dependencies);
    await published;
    await woken;
    return c.body(null, 204);
  });
}
