import { newApp } from '@dormouse/runtime/app';
import type { Drained } from '@dormouse/runtime/drain';
import type { Logger } from '@dormouse/runtime/log';
import { measure } from '@dormouse/runtime/measure';
import { metrics } from '@dormouse/signals/metrics';
import type { Backlog } from './store.ts';

export interface Dependencies {
  /** Schemas that hold an outbox. */
  schemas: () => Promise<string[]>;
  /** Unsent events in their outboxes. */
  backlogs: (schemas: readonly string[]) => Promise<Backlog[]>;
  /** Sends the events that other functions left there. */
  drainOutboxes: (schemas: readonly string[]) => Promise<Drained>;
  log: Logger;
}

/**
 * Woken by a PingSource, and by nothing else: `POST /` with any CloudEvent drains every outbox once. The tick says no more than
 * that time has passed, so it is neither read nor remembered; two ticks at once do no harm, since rows are locked while they are sent.
 */
export function createApp({ schemas, backlogs, drainOutboxes, log }: Dependencies) {
  return newApp().post('/', async (c) => {
    const all = await schemas();
    measureAll(await backlogs(all));
    const { sent, left } = await drainOutboxes(all);
    if (sent > 0 || left > 0) log.info({ sent, left }, 'outboxes drained');
    return c.body(null, 204);
  });
}

/** Measured before anything is sent, so that it is recorded even when the Broker does not answer. */
function measureAll(found: readonly Backlog[]): void {
  for (const { schema, pending, ageSeconds } of found) {
    measure(metrics.outboxPending, pending, { 'db.namespace': schema });
    measure(metrics.outboxAge, ageSeconds, { 'db.namespace': schema });
  }
}
