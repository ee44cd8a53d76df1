import { newApp } from '@dormouse/runtime/app';
import type { Drained } from '@dormouse/runtime/drain';
import type { Logger } from '@dormouse/runtime/log';

export interface Dependencies {
  /** Sends what other functions left in their outboxes. */
  drainOutboxes: () => Promise<Drained>;
  log: Logger;
}

/**
 * Woken by a PingSource, and by nothing else: `POST /` with any CloudEvent drains every outbox once. The tick says no more than
 * that time has passed, so it is neither read nor remembered; two ticks at once do no harm, since rows are locked while they are sent.
 */
export function createApp({ drainOutboxes, log }: Dependencies) {
  return newApp().post('/', async (c) => {
    const { sent, left } = await drainOutboxes();
    if (sent > 0 || left > 0) log.info({ sent, left }, 'outboxes drained');
    return c.body(null, 204);
  });
}
