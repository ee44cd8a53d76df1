import type { AttemptRecord } from './attempt-history.ts';

/**
 * What became of an event at one trigger. `delivered`, `dead-lettered`, `undeliverable`, `filtered` and `removed` are final;
 * `dead-lettered` went to a sink, `undeliverable` is kept on disk because there is none (or it did not take it), and
 * `removed` was the trigger, before it was over.
 */
export type Outcome =
  | 'pending'
  | 'delivering'
  | 'retrying'
  | 'delivered'
  | 'dead-lettered'
  | 'undeliverable'
  | 'filtered'
  | 'removed';

/** One trigger's part in an event's way, as `/api/events` shows it. */
export interface TriggerOutcome {
  name: string;
  outcome: Outcome;
  /** Deliveries to the subscriber. */
  attempts: number;
  /** Deliveries of replies to where a Subscription sends them; absent before the first. */
  reply_attempts?: number;
  /** Deliveries to the dead-letter sink; absent before the first. */
  dead_letter_attempts?: number;
  /** HTTP status of the last attempt; undefined before it, or when there was no response. */
  status?: number;
  /** Why the last attempt failed, in a few words. */
  error?: string;
  latencyMs?: number;
  /** Milliseconds since the epoch. */
  nextAttemptAt?: number;
  /** When its outcome became final, RFC 3339; not known of deliveries before the last start. */
  finished_at?: string;
  /** The latest attempts, oldest first. */
  history?: readonly AttemptRecord[];
}
