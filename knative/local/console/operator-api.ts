/** What the operators' API answers, as far as the console and the command line show it. Times are RFC 3339. */

export interface DeadLetter {
  number: number;
  event: { id: string; type: string; source: string; subject: string | null; time: string };
  /** Null while it cannot be told. */
  trigger: string | null;
  destination: string;
  /** HTTP status of the last answer; null when there was none. */
  status: number | null;
  cause: string;
  failed_at: string;
  trace_id: string | null;
  state: 'open' | 'redriven';
  redrives: number;
}

export interface DeadLetterDetail extends DeadLetter {
  attributes: Record<string, string>;
  headers: Record<string, string>;
  /** JSON or text; bytes that are neither are in `data_base64`. */
  data?: unknown;
  data_base64?: string;
  /** Begin of the failing answer's body. */
  body: string | null;
  attempts: { at: string; status: number | null; outcome: string; error: string | null; trace_id: string | null }[];
}

/** A redrive or a replay. */
export interface Job {
  id: string;
  kind: 'redrive' | 'replay';
  state: 'running' | 'done' | 'cancelled';
  /** Dead letters that are taken, or events in the range. */
  total: number;
  /** Those that were sent; in a dry run, those that would be. */
  done: number;
  failed: number;
  /** Those that the trigger's filters do not let through. */
  unmatched: number;
  dry_run: boolean;
  /** Why it was given up. */
  error: string | null;
  created_at: string;
  finished_at: string | null;
  trigger?: string;
  from?: string;
  to?: string;
  /** Of a replay: how many events were looked at. */
  seen?: number;
}

/** How many of `total` a job has behind it. */
export const position = ({ seen, done, failed, unmatched }: Job): number => seen ?? done + failed + unmatched;

/** Which dead letters: what the list and a redrive are narrowed to. */
export const deadLetterFilters = ['trigger', 'type', 'source', 'subject', 'trace', 'from', 'to'] as const;
