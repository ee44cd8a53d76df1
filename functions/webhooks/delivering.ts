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

/** Attempts of one webhook under way, in each instance: one slow receiver never takes all of its places (containerConcurrency). */
export const attemptsAtOnce = 10;

const userAgent = 'Dormouse-Webhooks/1.0 (+https://www.standardwebhooks.com)';

/**
 * Makes one attempt at a delivery. What was delivered before, belongs to an earlier run or to a webhook that is disabled or gone is left alone.
 * @returns the work of an event. It throws RetryEvent when the receiver has not taken it, or has as much under way as it may: the Broker
 * comes again, and keeps what it gives up.
 */
export function deliverer({ deliveries, post, log, now = Date.now }: DeliveringOptions) {
  const places = placesFor(attemptsAtOnce);
  const attempt = async (due: DueDelivery, run: number, at: Date): Promise<void> => {
    if (due.first) measure(metrics.webhookDelay, Math.max(0, at.getTime() - due.createdAt.getTime()) / 1000);
    const outcome = await send(due, at, post);
    measure(metrics.webhookAttempts, 1, { 'dormouse.webhook.outcome': outcomeOf(outcome) });
    const verdict = await deliveries.note(due.id, run, outcome, at);
    if (verdict === 'disabled') log.warn({ delivery: due.id, status: outcome.status }, 'a webhook was disabled');
    if (verdict === 'again') throw new RetryEvent(outcome.error ?? `the receiver answered ${outcome.status}`);
  };
  return async (id: string, run: number): Promise<void> => {
    const due = await deliveries.due(id, run);
    if (!due) return;
    const at = new Date(now());
    if (due.withdrawn) return deliveries.withdraw(id, run, at);
    if (!places.take(due.subscription)) throw new RetryEvent('the receiver has as many under way as it may');
    return attempt(due, run, at).finally(() => places.give(due.subscription));
  };
}

/** Counts what is under way of each. */
function placesFor(most: number) {
  const taken = new Map<number, number>();
  return {
    take(whose: number): boolean {
      const count = taken.get(whose) ?? 0;
      if (count < most) taken.set(whose, count + 1);
      return count < most;
    },
    give(whose: number): void {
      const left = (taken.get(whose) ?? 1) - 1;
      if (left > 0) taken.set(whose, left);
      else taken.delete(whose);
    },
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
