import type { TriggerOutcome } from './delivery/outcome.ts';
import type { Ack } from './store/acks.ts';
import type { LogEntry } from './store/event-log.ts';
import type { Undeliverable } from './store/undeliverable.ts';
import type { RunningTrigger } from './trigger-set.ts';

/** Acknowledgements, to be found by trigger and sequence. */
export type Endings = ReadonlyMap<string, Ack>;

/** @see Endings */
export const endingsOf = (acks: readonly Ack[]): Endings =>
  new Map(acks.map((ack) => [`${ack.trigger} ${ack.sequence}`, ack]));

/** What became of an event at each trigger, as far as acknowledgements say; none do for a new event. */
export function outcomesOf(
  { position: { sequence }, event }: LogEntry,
  running: ReadonlyMap<string, RunningTrigger>,
  endings?: Endings,
): TriggerOutcome[] {
  const outcomes: TriggerOutcome[] = [];
  for (const [name, { known, dispatcher }] of running) {
    if (sequence < known.start) continue;
    const ack = endings?.get(`${known.number} ${sequence}`);
    if (ack)
      outcomes.push({
        name,
        outcome: ack.ending,
        attempts: ack.attempts,
        ...(ack.status ? { status: ack.status } : {}),
      });
    else if (sequence >= dispatcher.lowWatermark && dispatcher.setup.matches(event.attributes))
      outcomes.push({ name, outcome: 'pending', attempts: 0 });
  }
  return outcomes;
}

/** What is known of an event that is too old to be listed. */
export function outcomesLeft(
  { position: { sequence }, event }: LogEntry,
  running: ReadonlyMap<string, RunningTrigger>,
  undeliverable: readonly Undeliverable[],
): TriggerOutcome[] {
  const kept = undeliverable.filter(
    ({ id, source }) => id === event.attributes.id && source === event.attributes.source,
  );
  return [...running].flatMap(([name, { known, dispatcher }]): TriggerOutcome[] => {
    const lost = kept.find(({ trigger }) => trigger === name);
    if (lost) return [lostOutcome(name, lost)];
    const awaited =
      sequence >= known.start && dispatcher.awaits(sequence) && dispatcher.setup.matches(event.attributes);
    return awaited ? [{ name, outcome: 'pending', attempts: 0 }] : [];
  });
}

const lostOutcome = (name: string, { attempts, cause, failed_at, status }: Undeliverable): TriggerOutcome => ({
  name,
  outcome: 'undeliverable',
  attempts,
  error: cause,
  finished_at: failed_at,
  ...(status ? { status } : {}),
});
