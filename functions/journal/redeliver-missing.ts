import { measure } from '@dormouse/runtime/measure';
import { metrics } from '@dormouse/signals/metrics';
import { redeliver } from './attempt.ts';
import { keyOf } from './find-missing.ts';
import { inOrder } from './in-order.ts';
import type { Outcome } from './items.ts';
import type { Looked, ReconcileOptions } from './reconcile-options.ts';
import type { MissingEvent } from './reconciliation.ts';
import { isRetryable } from './subscriber.ts';

export interface Redelivered {
  redelivered: number;
  deadLettered: number;
  more: boolean;
}

/** After so many attempts, some hours after the first, an event is a dead letter, as at the Broker. */
const maxAttempts = 12;
/** A consumer that refuses so many events of a batch is left alone until the next time. */
const maxRefusals = 8;

type Attributes = Readonly<Record<string, string>>;
type Present = MissingEvent & { attributes: Attributes };

/** Looks at what was missing again, and sends what still is to each Trigger's subscriber, in order per key; all Triggers at once. */
export async function redeliverMissing(
  options: ReconcileOptions,
  looked: readonly Looked[],
  until: number,
): Promise<Redelivered> {
  const results = await Promise.all(
    looked.map((each) =>
      redeliverAll(options, each, until).catch((error: unknown) => {
        options.log.warn({ error, trigger: each.share.trigger }, 'missing events cannot be sent now');
        return { redelivered: 0, deadLettered: 0, more: false };
      }),
    ),
  );
  return {
    redelivered: results.reduce((sum, each) => sum + each.redelivered, 0),
    deadLettered: results.reduce((sum, each) => sum + each.deadLettered, 0),
    more: results.some(({ more }) => more),
  };
}

async function redeliverAll(options: ReconcileOptions, looked: Looked, until: number): Promise<Redelivered> {
  const { now = Date.now, batch = 200 } = options;
  const total: Redelivered = { redelivered: 0, deadLettered: 0, more: false };
  for (;;) {
    const events = await options.reconciliation.due(looked.share, batch);
    if (events.length === 0) return total;
    const still = await stillMissing(options, looked, events);
    const { sent, refused, dead } = await sendAll(options, looked, still, until);
    total.redelivered += sent;
    total.deadLettered += dead;
    if (refused >= maxRefusals) return total;
    if (now() >= until) return { ...total, more: true };
    if (events.length < batch) return total;
  }
}

/** Settles what came in the meantime, what is a dead letter by now and what the archive has no more. @returns the others */
async function stillMissing(
  { reconciliation }: ReconcileOptions,
  { share, inbox }: Looked,
  events: readonly MissingEvent[],
): Promise<Present[]> {
  const present = events.filter((event): event is Present => event.attributes !== null);
  const dead = new Set(
    await reconciliation.deadLetters(
      share,
      present.map(({ position }) => position),
    ),
  );
  const asked = present.filter(({ position }) => !dead.has(position));
  const lacking = await inbox.lacking(asked.map((event) => ({ ...event, ...keyOf(event.attributes) })));
  const left = new Set(lacking.map(({ position }) => position));
  const settled = events.map(({ position }) => position).filter((position) => !left.has(position));
  await reconciliation.settle(share, settled, false);
  return lacking;
}

async function sendAll(
  options: ReconcileOptions,
  looked: Looked,
  events: readonly Present[],
  until: number,
): Promise<{ sent: number; refused: number; dead: number }> {
  const { reconciliation, now = Date.now } = options;
  const { share, inbox } = looked;
  const sent: Present[] = [];
  const waiting = new Set<string>();
  let [refused, dead] = [0, 0];
  const one = async (event: Present) => {
    const key = keyText(event);
    // What is behind an event that was refused waits with it.
    if (waiting.has(key)) return;
    const outcome = await sendOne(options, looked, event, until);
    measureOutcome(share.trigger, outcome);
    if (outcome.outcome === 'sent') {
      sent.push(event);
      return reconciliation.settle(share, [event.position], true);
    }
    if (await endsAsDeadLetter(options, looked, event, outcome)) return void dead++;
    refused++;
    waiting.add(key);
  };
  const tasks = events.map((event) => ({ ...event, item: event.position }));
  await inOrder(tasks, one, () => now() < until && refused < maxRefusals);
  if (sent.length > 0 && !(await inbox.used())) await reconciliation.forgetful(share);
  return { sent: sent.length, refused, dead };
}

const keyText = ({ position, attributes: { partitionkey, subject, source } }: Present): string =>
  partitionkey ?? (subject === undefined ? `${position}` : `${source} ${subject}`);

async function sendOne(
  { deliver, reconciliation }: ReconcileOptions,
  { trigger: { name, subscriberUri } }: Looked,
  event: Present,
  until: number,
): Promise<Outcome> {
  if (subscriberUri === undefined)
    return { outcome: 'failed', error: `the trigger ${name} has no subscriber yet`, trigger: name };
  const task = { item: event.position, attributes: event.attributes, traceparent: event.traceparent };
  const { dataOf } = reconciliation;
  return redeliver({ deliver, dataOf, until }, { kind: 'reconcile' }, task, subscriberUri, name);
}

/** Refused for good, or too often: as the Broker does, the event is given to operators. Else it is tried again later. */
async function endsAsDeadLetter(
  { reconciliation, storeDeadLetter }: ReconcileOptions,
  { share }: Looked,
  event: Present,
  { status, error = 'it was not taken' }: Outcome,
): Promise<boolean> {
  if (isRetryable(status) && event.attempts + 1 < maxAttempts) {
    await reconciliation.postpone(share, event, { status, error });
    return false;
  }
  const { attributes, position, traceparent, signedBy } = event;
  const data = await reconciliation.dataOf(position);
  const failure = { event: { attributes, data }, destination: share.consumer, status, cause: error, body: undefined };
  const traceId = traceparent?.split('-')[1];
  const kept = await storeDeadLetter({
    failure,
    trigger: share.trigger,
    headers: {},
    traceId,
    traceparent: traceparent ?? undefined,
    signedBy: signedBy ?? undefined,
  });
  await reconciliation.settle(share, [position], false);
  const { type = '' } = attributes;
  if (kept) measure(metrics.deadLetters, 1, { 'dormouse.trigger': share.trigger, 'messaging.destination.name': type });
  return true;
}

const measureOutcome = (trigger: string, { outcome }: Outcome) =>
  measure(metrics.eventsRedelivered, 1, {
    'dormouse.trigger': trigger,
    'dormouse.redelivery.outcome': outcome === 'sent' ? 'taken' : 'refused',
  });
