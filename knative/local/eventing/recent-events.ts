import type { Outcome, TriggerOutcome } from './delivery/outcome.ts';
import type { EventSummary } from './event-summary.ts';
import type { Position } from './log/record.ts';
import type { LogEntry } from './store/event-log.ts';
import { traceIdOf } from './store/stored-event.ts';

/** The newest events of a broker, with the outcome at each Trigger. */
export interface RecentEvents {
  add(entry: LogEntry, triggers: TriggerOutcome[]): void;
  /** Notes what became of an event at a trigger; events too old to be listed are passed over. */
  observe(sequence: number, outcome: TriggerOutcome): void;
  /** A trigger was removed: what was not over of the events before `sequence` never will be. */
  removed(trigger: string, sequence: number): void;
  /** Newest first. */
  list(limit: number): EventSummary[];
  /** Of each source, unless one is named, the newest event of this id. */
  find(id: string, source?: string): { summary: EventSummary; position: Position }[];
}

const maxKept = 1_000;
const unfinished: ReadonlySet<Outcome> = new Set(['pending', 'delivering', 'retrying']);

/** @see RecentEvents */
export function recentEvents(broker: string, changed: (summary: EventSummary) => void): RecentEvents {
  const kept = new Map<number, { summary: EventSummary; position: Position }>();
  return {
    add(entry, triggers) {
      const summary = summarise(broker, entry, triggers);
      kept.set(entry.position.sequence, { summary, position: entry.position });
      if (kept.size > maxKept) kept.delete(kept.keys().next().value as number);
      changed(summary);
    },
    observe(sequence, outcome) {
      const summary = kept.get(sequence)?.summary;
      if (!summary) return;
      const at = summary.triggers.findIndex(({ name }) => name === outcome.name);
      if (at === -1) summary.triggers.push(outcome);
      else summary.triggers[at] = outcome;
      changed(summary);
    },
    removed(trigger, sequence) {
      for (const { summary } of kept.values()) {
        if (summary.sequence >= sequence) return;
        const left = summary.triggers.find(({ name, outcome }) => name === trigger && unfinished.has(outcome));
        if (!left) continue;
        left.outcome = 'removed';
        delete left.nextAttemptAt;
        changed(summary);
      }
    },
    list: (limit) =>
      [...kept.values()]
        .slice(-limit)
        .reverse()
        .map(({ summary }) => summary),
    find(id, source) {
      const all = [...kept.values()].filter(
        ({ summary }) => summary.id === id && (source === undefined || summary.source === source),
      );
      return [...new Map(all.map((each) => [each.summary.source, each])).values()];
    },
  };
}

/** The summary of an event in the log. */
export function summarise(
  broker: string,
  { position, timeMs, event }: LogEntry,
  triggers: TriggerOutcome[],
): EventSummary {
  const { id, type, source, subject, time } = event.attributes;
  return {
    id: id as string,
    type: type as string,
    source: source as string,
    subject,
    time: time ?? new Date(timeMs).toISOString(),
    trace_id: traceIdOf(event),
    broker,
    sequence: position.sequence,
    triggers,
  };
}
