import type { DataOf, EventContract } from '@dormouse/events/contract';
import { metrics } from '@dormouse/signals/metrics';
import type { Handler as HonoHandler } from 'hono';
import * as v from 'valibot';
import { cameFromOutside } from './address.ts';
import type { Env } from './app.ts';
import { demandSignature } from './demand-signature.ts';
import { AppError, fail } from './errors.ts';
import { isNew } from './inbox.ts';
import { answerInbox, inboxQuestion } from './inbox-question.ts';
import { measure, timed } from './measure.ts';
import type { Emit, Outbox } from './outbox.ts';
import { type RawEvent, readEvents } from './read-events.ts';
import {
  type EventAmongOthers,
  type GroupingOptions,
  type HandledTogether,
  type HandleTogether,
  handlingTogether,
} from './receive-together.ts';
import type { ReceivedEvent } from './received-event.ts';
import { header } from './request.ts';
import { attributesOf, measuredAs } from './send.ts';
import type { Tx } from './sql-types.ts';
import { type Attributes, inSpan, parseTraceparent } from './trace.ts';

export type { ReceivedEvent } from './received-event.ts';

/** The event can never be handled: 422, and the Broker hands it to the dead-letter sink, the message with it: it is the cause that operators read. */
export class RejectEvent extends Error {
  override name = 'RejectEvent';
}

/** The event cannot be handled yet: 503, and the Broker tries again later. */
export class RetryEvent extends Error {
  override name = 'RetryEvent';
}

export interface Handler {
  readonly contract: EventContract;
  readonly handle: (event: ReceivedEvent, tx: Tx, emit: Emit) => Promise<void>;
  readonly before?: (event: ReceivedEvent) => Promise<void>;
  /** The same function in all handlers whose events are handled together. */
  readonly together?: HandleTogether;
}

/** Binds a contract to the handler of its events, which runs in the transaction that also writes the inbox row. */
export function on<C extends EventContract>(
  contract: C,
  handle: (event: ReceivedEvent<DataOf<C>>, tx: Tx, emit: Emit) => Promise<void>,
): Handler {
  return { contract, handle: handle as Handler['handle'] };
}

/**
 * Binds a contract to work that is too long for one transaction: it makes its own ones, is done before the event is noted as seen, and again
 * when the event comes again. So it has to find nothing to do the second time.
 * @param handle runs afterwards, in the transaction that also writes the inbox row; not for an event that was seen before
 */
export function onInParts<C extends EventContract>(
  contract: C,
  before: (event: ReceivedEvent<DataOf<C>>) => Promise<void>,
  handle: (event: ReceivedEvent<DataOf<C>>, tx: Tx, emit: Emit) => Promise<void> = async () => {},
): Handler {
  return { ...on(contract, handle), before: before as NonNullable<Handler['before']> };
}

/**
 * Binds contracts to one handler of whatever has come together of their events, see receive-together.ts. It does what handling them one after
 * the other would do, and takes locks on what several events may be about in one order, whatever theirs is. If it fails for several, it is
 * called again for each alone.
 * @param handle gets events whose ids differ, in the order in which they came
 */
export const onTogether = <C extends EventContract>(
  contracts: readonly C[],
  handle: (events: readonly EventAmongOthers<DataOf<C>>[], tx: Tx) => Promise<void>,
): Handler[] => {
  const together = handle as HandleTogether;
  return contracts.map((contract) => ({
    contract,
    together,
    handle: (event, tx, emit) => together([{ ...event, emit }], tx),
  }));
};

export interface Receiving {
  outbox?: Outbox;
  handlers: readonly Handler[];
  /** 0 up to 1. */
  random?: () => number;
  /** Of the groups of events that are handled together. */
  groups?: GroupingOptions;
}

const inboxDays = 7;
const pruneEvery = 1000;
const pruneRows = 5000;

/**
 * Handles `POST /events`: binary, structured and batch CloudEvents. Each event's effect, its inbox row and the events it
 * causes are one transaction; an event that was seen before changes nothing and answers 204 like the first time; one that is being
 * handled at this moment is 409, so that the Broker comes again instead of holding a connection.
 *
 * What was seen is remembered for seven days. About every thousandth event older rows are removed, also where no process lives that long.
 *
 * What carries the ingress' client address is 404: events come from the Broker, whatever the routes say. What the contract's producer
 * has not signed is 403.
 *
 * The journal may ask which of some events are not in the inbox, at the same address (inbox-question.ts).
 *
 * Without an outbox there is no inbox either, and no database: for handlers that may well run twice, and use neither `tx` nor `emit`. Its
 * Triggers say so (`dormouse.dev/inbox: none`): what the Broker loses on the way to it is not found out.
 */
export function receive({
  outbox,
  handlers,
  random = Math.random,
  groups,
}: Receiving): HonoHandler<Env> & { readonly keepsInbox: boolean } {
  const byType = new Map(handlers.map((handler) => [handler.contract.type, handler]));
  if (byType.size !== handlers.length) throw new TypeError('two handlers for one event type');
  const work = workingOn(outbox, handlers, groups);
  let untilPrune = Math.ceil(random() * pruneEvery);
  const handle: HonoHandler<Env> = async (c) => {
    if (cameFromOutside(c)) fail('not_found', 'There is nothing at this address.');
    if (header(c, 'content-type') === inboxQuestion) return answerInbox(c, outbox);
    const events = await readEvents(c);
    for (const event of events) {
      const handler = byType.get(event.type) ?? fail('invalid', 'No handler takes events of this type.');
      const { extensions } = demandSignature(c, { ...event, data: event.dataText }, handler.contract);
      await handleOne(work, handler, { raw: event, extensions }, header(c, redelivery) !== undefined).catch(
        throwAsAppError,
      );
    }
    if (outbox && (untilPrune -= events.length) <= 0) {
      untilPrune = pruneEvery;
      void outbox.transaction(prune).catch(() => {});
    }
    return c.body(null, 204);
  };
  return Object.assign(handle, { keepsInbox: outbox !== undefined });
}

const prune = (tx: Tx) => tx`
  DELETE FROM inbox WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM inbox WHERE received_at < now() - make_interval(days => ${inboxDays}) ORDER BY received_at LIMIT ${pruneRows}))`;

/** Header of a delivery that the journal makes: its event's age says nothing about the system. */
export const redelivery = 'dormouse-redelivery';

/** An event as it came, and those of its extension attributes that are signed. */
interface Taken {
  raw: RawEvent;
  extensions: Readonly<Record<string, string>>;
}

async function handleOne(work: Work, handler: Handler, taken: Taken, again: boolean): Promise<void> {
  const { raw } = taken;
  const attributes = attributesOf({ ...raw, subject: raw.subject ?? '' }, 'process');
  await timed(
    () => handleInSpan(work, handler, taken, attributes),
    (seconds, error) => {
      const duplicate = attributes['dormouse.duplicate'] === true;
      measureHandled(raw, { seconds, duplicate, error });
      if (error === undefined && !duplicate && !again) measureAge(raw);
    },
  );
}

function measureHandled(
  { type }: RawEvent,
  { seconds, duplicate, error }: { seconds: number; duplicate: boolean; error: unknown },
): void {
  const attributes = measuredAs('process', type, error);
  measure(metrics.eventsConsumed, 1, duplicate ? { ...attributes, 'dormouse.duplicate': true } : attributes);
  measure(metrics.processDuration, seconds, attributes);
}

function measureAge({ type, time }: RawEvent): void {
  const sentMs = Date.parse(time ?? '');
  if (!Number.isNaN(sentMs))
    measure(metrics.eventAge, Math.max(0, Date.now() - sentMs) / 1000, { 'messaging.destination.name': type });
}

/** Has a handler handle an event, once. @returns whether it was seen before, and among how many it was handled */
type Work = (handler: Handler, event: ReceivedEvent, bytes: number) => Promise<HandledTogether>;

function workingOn(
  outbox: Outbox | undefined,
  handlers: readonly Handler[],
  options: GroupingOptions | undefined,
): Work {
  if (!outbox)
    return async ({ handle }, event) => {
      await withoutDatabase.transaction((tx, emit) => handle(event, tx, emit));
      return { duplicate: false, among: 1 };
    };
  const shared = new Set(handlers.flatMap(({ together }) => together ?? []));
  const groups = new Map([...shared].map((together) => [together, handlingTogether(outbox, together, options)]));
  return async ({ handle, together }, event, bytes) => {
    const inGroup = together && groups.get(together);
    if (inGroup) return await inGroup(event, bytes);
    let duplicate = false;
    await outbox.transaction(async (tx, emit) => {
      if (await isNew(tx, event)) await handle(event, tx, emit);
      else duplicate = true;
    });
    return { duplicate, among: 1 };
  };
}

async function handleInSpan(
  work: Work,
  handler: Handler,
  { raw, extensions }: Taken,
  noted: Attributes,
): Promise<void> {
  const parsed = v.safeParse(handler.contract.schema, raw.data);
  if (!parsed.success)
    throw new RejectEvent(
      `data does not fit ${raw.type}: ${v.getDotPath(parsed.issues[0]) ?? ''} ${parsed.issues[0].message}`,
    );
  const { id, type, source, subject, time } = raw;
  const event: ReceivedEvent = { id, type, source, subject, time, data: parsed.output, extensions };
  const origin = parseTraceparent(raw.extensions.traceparent);
  await inSpan(
    `process ${event.type}`,
    { kind: 'consumer', attributes: noted, ...(origin && { links: [origin] }) },
    async (attributes) => {
      await handler.before?.(event);
      const { duplicate, among } = await work(handler, event, raw.dataText?.length ?? 0);
      if (duplicate) noted['dormouse.duplicate'] = attributes['dormouse.duplicate'] = true;
      if (among > 1) attributes['messaging.batch.message_count'] = among;
    },
  );
}

/** Runs a handler without a transaction; one that asks for the database all the same is a mistake in its function. */
const withoutDatabase: Pick<Outbox, 'transaction'> = {
  transaction: (work) => work(noDatabase as unknown as Tx, noDatabase),
};
const noDatabase = (): never => {
  throw new TypeError('this handler was mounted without an outbox: it has no database and emits no events');
};

function throwAsAppError(error: unknown): never {
  if (error instanceof RejectEvent)
    throw new AppError('invalid', `The event cannot be handled: ${error.message}`, { cause: error });
  if (error instanceof RetryEvent)
    throw new AppError('unavailable', 'The event cannot be handled yet.', {
      cause: error,
      headers: { 'retry-after': '1' },
    });
  throw error;
}
