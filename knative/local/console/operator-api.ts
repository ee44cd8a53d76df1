/** Responses of the operators' API, as the console and the command line show them. Times are RFC 3339. */

export interface DeadLetter {
  number: number;
  event: { id: string; type: string; source: string; subject: string | null; time: string };
  /** Null while unknown. */
  trigger: string | null;
  destination: string;
  /** HTTP status of the last response; null when there was none. */
  status: number | null;
  cause: string;
  failed_at: string;
  trace_id: string | null;
  state: 'open' | 'redriven' | 'dismissed';
  redrives: number;
}

export interface DeadLetterDetail extends DeadLetter {
  attributes: Record<string, string>;
  headers: Record<string, string>;
  /** JSON or text; bytes that are neither are in `data_base64`. */
  data?: unknown;
  data_base64?: string;
  /** Beginning of the failed response's body. */
  body: string | null;
  dismissal: { at: string; by: string; reason: string } | null;
  attempts: { at: string; status: number | null; outcome: string; error: string | null; trace_id: string | null }[];
}

/** A Trigger, and what of the archive its consumer has not got. */
export interface ReconciledTrigger {
  trigger: string;
  consumer: string;
  reconciled: boolean;
  /** Why it is not reconciled. */
  reason: string | null;
  judged: number;
  missing: number;
  missing_since: string | null;
  redelivered: number;
  too_old: number;
}

export interface MissingEvent {
  trigger: string;
  position: number;
  id: string;
  type: string;
  source: string;
  subject: string | null;
  time: string | null;
  since: string;
  attempts: number;
  next_at: string;
  error: string | null;
}

/** A redrive or a replay. */
export interface Job {
  id: string;
  kind: 'redrive' | 'replay';
  state: 'running' | 'done' | 'cancelled';
  /** Selected dead letters, or events in the range. */
  total: number;
  /** Those that were sent; in a dry run, those that would be. */
  done: number;
  failed: number;
  /** Those that the trigger's filters do not let through. */
  unmatched: number;
  dry_run: boolean;
  /** Why it failed. */
  error: string | null;
  created_at: string;
  finished_at: string | null;
  trigger?: string;
  from?: string;
  to?: string;
  /** Of a replay: how many events were looked at. */
  seen?: number;
}

/** Processed part of `total`. */
export const position = ({
  seen,
  done,
  failed,
  unmatched,
}: Pick<Job, 'seen' | 'done' | 'failed' | 'unmatched'>): number => seen ?? done + failed + unmatched;

/** Which dead letters: what the list and a redrive are narrowed to. */
export const deadLetterFilters = ['trigger', 'type', 'source', 'subject', 'trace', 'from', 'to'] as const;
