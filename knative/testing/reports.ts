import type { Brokers } from '@dormouse/eventing/broker';
import type { Outcome, TriggerOutcome } from '@dormouse/eventing/delivery/outcome';
import type { EventDetail, EventSummary } from '@dormouse/eventing/event-summary';
import { explainFilters, type Verdict } from '@dormouse/filters/explain';
import type { Trigger } from '@dormouse/manifests/model';
import type { Activity } from './activity.ts';
import type { Courier } from './courier.ts';
import type { Attempt } from './deliveries.ts';
import { eventData } from './event-data.ts';

/** An event that the broker stored. */
export interface SeenEvent {
  id: string;
  type: string;
  source: string;
  subject: string | undefined;
  /** All of them, extensions among them. */
  attributes: Readonly<Record<string, string>>;
  /** JSON's value; text when it is no JSON. */
  data: unknown;
  /** The trace it belongs to. */
  traceId: string;
}

/** Outcome of an event at one Trigger. */
export interface Report {
  trigger: string;
  outcome: Outcome;
  /** Of the subscriber. */
  attempts: Attempt[];
  /** Of the dead-letter sink. */
  deadLetterAttempts: Attempt[];
  /** Why the last attempt failed. */
  error: string | undefined;
  /** Milliseconds since the epoch, while `retrying`. */
  nextAttemptAt: number | undefined;
}

/** For each Trigger: whether an event matches, the deciding clause, and the outcome. */
export interface Explanation {
  event: SeenEvent;
  triggers: (Verdict & Report)[];
  /** In words, a line for each Trigger. */
  toString(): string;
}

/** Attributes to match, or a predicate. */
export type Match = Readonly<Record<string, string>> | ((event: SeenEvent) => boolean);

/** What can be asked of a harness; all wait until everything is at rest. An event that is sent twice, with the same source and id, is one here. */
export interface Reports {
  /** The events that the broker stored, oldest first. */
  events(match?: Match): Promise<SeenEvent[]>;
  /** Waits for the newest matching event. @throws Error with the stored events */
  event(match: Match): Promise<SeenEvent>;
  /** Outcome of an event at a Trigger. @throws Error when the event or the Trigger is unknown */
  report(trigger: string, id: string): Promise<Report>;
  /** The subscriber accepted it. These methods throw an Error with the actual outcome. */
  delivered(trigger: string, id: string): Promise<Report>;
  /** It failed, and a retry is scheduled. */
  retrying(trigger: string, id: string): Promise<Report>;
  /** It failed finally, and the dead-letter sink accepted it. */
  deadLettered(trigger: string, id: string): Promise<Report>;
  /** It failed finally, and the broker stores it as undeliverable. */
  undeliverable(trigger: string, id: string): Promise<Report>;
  /** The Trigger's filters did not let it through. */
  filtered(trigger: string, id: string): Promise<Report>;
  explain(id: string): Promise<Explanation>;
}

export interface ReportsOptions {
  brokers: Brokers;
  triggers: readonly Trigger[];
  courier: Courier;
  activity: Activity;
  patienceMs: number;
}

const maxEvents = 1_000;

/** @see Reports */
export function reportsOn({ brokers, triggers, courier, activity, patienceMs }: ReportsOptions): Reports {
  const seen = async (): Promise<SeenEvent[]> => {
    const details = await Promise.all(
      [...brokers.recent(maxEvents)].reverse().map(({ id, source }) => brokers.find(id, source)),
    );
    return details.flat().map(seenOf);
  };
  const fitting = async (match: Match = {}) => (await seen()).filter((event) => fits(event, match));
  const changed = () =>
    new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        stop();
        resolve();
      };
      const timer = setTimeout(done, 100);
      const stop = brokers.watch(done);
    });

  const explain = async (id: string): Promise<Explanation> => {
    await activity.settle();
    const [detail, ...more] = await brokers.find(id);
    if (more.length > 0) throw new Error(`several sources sent an event ${id}: give them ids of their own`);
    if (!detail) throw new Error(`the broker has no event ${id}: it has ${listed(await seen())}`);
    const verdicts = triggers
      .filter(({ namespace, broker }) => detail.broker === `${namespace}/${broker}`)
      .map((trigger) => ({ ...explainFilters(trigger.filters, detail.attributes), ...reportOf(trigger.name, detail) }));
    const text = [`event ${detail.id} (${detail.type})`, ...verdicts.map(inWords)].join('\n  ');
    return { event: seenOf(detail), triggers: verdicts, toString: () => text };
  };
  const reportOf = (trigger: string, event: EventSummary): Report => {
    const found: Partial<TriggerOutcome> = event.triggers.find(({ name }) => name === trigger) ?? {};
    const attempts = courier.attempts(trigger, event);
    return {
      trigger,
      outcome: found.outcome ?? 'filtered',
      attempts: attempts.filter(({ deadLetter }) => !deadLetter),
      deadLetterAttempts: attempts.filter(({ deadLetter }) => deadLetter),
      error: found.error,
      nextAttemptAt: found.nextAttemptAt,
    };
  };
  const report = async (trigger: string, id: string) => {
    const explanation = await explain(id);
    const found = explanation.triggers.find((each) => each.trigger === trigger);
    return { explanation, report: found ?? missing(`the event's broker has no Trigger ${trigger}`, explanation) };
  };
  const expecting = (outcome: Outcome) => async (trigger: string, id: string) => {
    const { explanation, report: found } = await report(trigger, id);
    return found.outcome === outcome ? found : missing(`expected ${trigger} ${outcome}`, explanation);
  };

  return {
    async events(match) {
      await activity.settle();
      return fitting(match);
    },
    async event(match) {
      for (const deadline = Date.now() + patienceMs; ; await changed()) {
        await activity.settle();
        const found = (await fitting(match)).at(-1);
        if (found) return found;
        if (Date.now() > deadline)
          throw new Error(
            `no event fits ${typeof match === 'function' ? 'the condition' : JSON.stringify(match)}: there are ${listed(await seen())}`,
          );
      }
    },
    report: async (trigger, id) => (await report(trigger, id)).report,
    delivered: expecting('delivered'),
    retrying: expecting('retrying'),
    deadLettered: expecting('dead-lettered'),
    undeliverable: expecting('undeliverable'),
    filtered: expecting('filtered'),
    explain,
  };
}

function missing(problem: string, explanation: Explanation): never {
  throw new Error(`${problem}\n${explanation}`);
}

const listed = (events: readonly SeenEvent[]) =>
  events.map(({ id, type, subject }) => [id, type, subject].filter(Boolean).join(' ')).join(', ') || 'none';

const fits = (event: SeenEvent, match: Match) =>
  typeof match === 'function'
    ? match(event)
    : Object.entries(match).every(([name, value]) => event.attributes[name] === value);

function seenOf({ id, type, source, subject, attributes, data, data_base64, trace_id = '' }: EventDetail): SeenEvent {
  return { id, type, source, subject, attributes, data: eventData(data ?? data_base64), traceId: trace_id };
}

function inWords({
  trigger,
  matches,
  clause,
  outcome,
  attempts,
  deadLetterAttempts,
  error,
  nextAttemptAt,
}: Verdict & Report): string {
  if (!matches) return `${trigger}: filtered by ${clause}`;
  const tried = [...attempts, ...deadLetterAttempts].map(
    ({ status, error, deadLetter }) => `${deadLetter ? 'dead letter ' : ''}${status ?? error ?? 'no answer yet'}`,
  );
  const next =
    outcome === 'retrying' && nextAttemptAt !== undefined
      ? `; next attempt at ${new Date(nextAttemptAt).toISOString()}, when time passes`
      : '';
  return `${trigger}: ${outcome} (${tried.join(', ') || 'not tried'})${error ? `: ${error}` : ''}${next}`;
}
