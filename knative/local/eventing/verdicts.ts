import { explainFilters } from '@dormouse/filters/explain';
import type { Filter } from '@dormouse/filters/filter';
import type { AttemptRecord } from './delivery/attempt-history.ts';
import type { Outcome, TriggerOutcome } from './delivery/outcome.ts';

/** What one trigger makes of one event, and why. */
export interface TriggerVerdict {
  trigger: string;
  /** Whether the trigger's filters, as they are now, let the event pass. */
  matches: boolean;
  /** The clause of the filters that decided. */
  clause: string;
  outcome?: Outcome;
  /** The latest attempts since the start, oldest first. */
  attempts: readonly AttemptRecord[];
  /** What the outcome cannot say: why there is none, or why it does not fit the filters. */
  note?: string;
}

/** What is known of an event at a trigger. */
export interface Knowledge {
  trigger: string;
  filters: readonly Filter[];
  /** The trigger began after the event. */
  newer: boolean;
  outcome: Pick<TriggerOutcome, 'outcome' | 'history'> | undefined;
}

/** @see TriggerVerdict */
export function verdictOf(
  attributes: Readonly<Record<string, string>>,
  { trigger, filters, newer, outcome }: Knowledge,
): TriggerVerdict {
  const { matches, clause } = explainFilters(filters, attributes);
  const note = noteOf(matches, newer, outcome !== undefined);
  return {
    trigger,
    matches,
    clause,
    ...(outcome ? { outcome: outcome.outcome } : matches ? {} : { outcome: 'filtered' }),
    attempts: outcome?.history ?? [],
    ...(note ? { note } : {}),
  };
}

function noteOf(matches: boolean, newer: boolean, known: boolean): string | undefined {
  if (known) return matches ? undefined : 'the filters were others when the event came';
  if (!matches) return undefined;
  if (newer) return 'the trigger is newer than the event: it gets only what comes after it';
  return 'it is over, and how it ended is no longer known';
}
