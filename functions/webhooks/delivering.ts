import type { Logger } from '@dormouse/runtime/log';
import { measure } from '@dormouse/runtime/measure';
import { RetryEvent } from '@dormouse/runtime/receive';
import { metrics } from '@dormouse/signals/metrics';
import type { Deliveries, DueDelivery } from './deliveries.ts';
import { isTaken, type Outcome, type Post } from './post-safely.ts';
import { signedHeaders } from './signature.ts';

export interface DeliveringOptions {
  deliveries: Pick<Deliveries, 'due' | 'note' | 'withdraw'>;
  post: Post;
  log: Pick<Logger, 'info' | 'warn'>;
  now?: () => number;
}

const userAgent = 'Dormouse-Webhooks/1.0 (+https://www.standardwebhooks.com)';

/**
 * Makes one attempt at a delivery. What was delivered before, belongs to an earlier run or to a webhook that is disabled or gone is left alone.
 * @returns the work of an event. It throws RetryEvent when the receiver has not taken it: the Broker comes again, and keeps what it gives up.
 */
export function deliverer({ deliveries, post, log, now = Date.now }: DeliveringOptions) {
  return async (id: string, run: number): Promise<void> => {
    const due = await deliveries.due(id, run);
    if (!due) return;
    const at = new Date(now());
    if (due.first) measure(metrics.webhookDelay, Math.max(0, at.getTime() - due.createdAt.getTime()) / 1000);
    if (due.withdrawn) return deliveries.withdraw(id, run, at);
    const outcome = await send(due, at, post);
    measure(metrics.webhookAttempts, 1, { 'dormouse.webhook.outcome': outcomeOf(outcome) });
    const verdict = await deliveries.note(id, run, outcome, at);
    if (verdict === 'disabled') log.warn({ delivery: id, status: outcome.status }, 'a webhook was disabled');
    if (verdict === 'again') throw new RetryEvent(outcome.error ?? `the receiver answered ${outcome.status}`);
  };
}

const send = ({ id, url, body, secrets }: DueDelivery, sentAt: Date, post: Post): Promise<Outcome> =>
  post(
    url,
    {
      'content-type': 'application/json',
      'user-agent': userAgent,
      ...signedHeaders({ id: messageId(id), sentAt, body }, secrets),
    },
    body,
  );

/** By which receivers know a delivery, however often it comes. */
export const messageId = (delivery: string): string => `msg_${delivery}`;

const outcomeOf = (outcome: Outcome): string =>
  outcome.refused ? 'refused' : isTaken(outcome) ? 'delivered' : 'failed';
