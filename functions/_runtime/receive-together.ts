import { type Context, context, trace } from '@opentelemetry/api';
import { inGroups } from './in-groups.ts';
import { beingHandled, isNew, keyOf, takeAll } from './inbox.ts';
import type { Emit, Outbox } from './outbox.ts';
import type { ReceivedEvent } from './received-event.ts';
import type { Tx } from './sql-types.ts';
import { isSampledTrace } from './trace.ts';

/** An event that is handled beside others: what it emits is part of its own trace. */
export interface EventAmongOthers<D = unknown> extends ReceivedEvent<D> {
  readonly emit: Emit;
}

/** Handles events that have come together, in their order, in the transaction that also writes their inbox rows. */
export type HandleTogether = (events: readonly EventAmongOthers[], tx: Tx) => Promise<void>;

/** What became of an event: whether it was seen before, and among how many it was handled. */
export interface HandledTogether {
  duplicate: boolean;
  among: number;
}

export interface GroupingOptions {
  /** Events of a group, 64 unless said: rows of a statement, and advisory locks of a transaction, of which PostgreSQL has some thousands. */
  most?: number;
}

interface Member extends HandledTogether {
  readonly event: ReceivedEvent;
  /** Of its delivery's span. */
  readonly within: Context;
}

const mostBytes = 4 * 1024 * 1024;

/**
 * Handles what has come while the last group was handled as one group: one transaction, one statement for its inbox rows, one call of the
 * handler. If that fails, each is handled alone, in a transaction of its own as if it had come alone, in order per subject: so a poisoned event is rejected
 * and nobody with it. One that another transaction handles at this moment is 409, and the others of its group go on.
 *
 * The statements of a group are in the trace of its first sampled event.
 */
export function handlingTogether(
  outbox: Outbox,
  handle: HandleTogether,
  { most }: GroupingOptions = {},
): (event: ReceivedEvent, bytes: number) => Promise<HandledTogether> {
  const here = new Set<string>();
  const take = inGroups<{ member: Member; bytes: number }>(
    async (group) =>
      handleGroup(
        outbox,
        handle,
        group.map(({ member }) => member),
      ),
    { most, size: ({ bytes }) => bytes, mostSize: mostBytes },
  );
  return async (event, bytes) => {
    const key = keyOf(event);
    if (here.has(key)) throw beingHandled();
    here.add(key);
    const member: Member = { event, within: context.active(), duplicate: false, among: 1 };
    try {
      await take({ member, bytes });
      return member;
    } finally {
      here.delete(key);
    }
  };
}

type Fate = PromiseSettledResult<void>;

async function handleGroup(outbox: Outbox, handle: HandleTogether, group: readonly Member[]): Promise<Fate[]> {
  if (group.length > 1) {
    try {
      return await atOnce(outbox, handle, group);
    } catch {
      // Whose fault it was, and what it is, each finds out for itself.
    }
  }
  const fates = new Map<Member, Fate>();
  const queues = Map.groupBy(group, (member) => member.event.subject ?? member);
  const inOrder = async (queue: readonly Member[]) => {
    for (const member of queue) fates.set(member, await settled(alone(outbox, handle, member)));
  };
  await Promise.all([...queues.values()].map(inOrder));
  return group.map((member) => fates.get(member) as Fate);
}

async function atOnce(outbox: Outbox, handle: HandleTogether, group: readonly Member[]): Promise<Fate[]> {
  const leader = group.find(({ within }) => isSampledTrace(trace.getSpanContext(within))) ?? (group[0] as Member);
  const takings = await context.with(leader.within, () =>
    outbox.transaction(async (tx, emit) => {
      const states = await takeAll(
        tx,
        group.map(({ event }) => event),
      );
      const fresh = group.filter((_, i) => states[i] === 'new');
      if (fresh.length > 0)
        await handle(
          fresh.map(({ event, within }) => ({ ...event, emit: emitIn(within, emit) })),
          tx,
        );
      return states;
    }),
  );
  return group.map((member, i) => {
    member.among = group.length;
    member.duplicate = takings[i] === 'seen';
    return takings[i] === 'busy' ? { status: 'rejected', reason: beingHandled() } : done;
  });
}

const alone = (outbox: Outbox, handle: HandleTogether, member: Member): Promise<void> =>
  context.with(member.within, () =>
    outbox.transaction(async (tx, emit) => {
      if (await isNew(tx, member.event)) await handle([{ ...member.event, emit }], tx);
      else member.duplicate = true;
    }),
  );

const emitIn =
  (within: Context, emit: Emit): Emit =>
  (contract, subject, data, options) =>
    emit(contract, subject, data, { ...options, within: trace.getSpanContext(within) });

const done: Fate = { status: 'fulfilled', value: undefined };

const settled = async (work: Promise<void>): Promise<Fate> => (await Promise.allSettled([work]))[0] as Fate;
