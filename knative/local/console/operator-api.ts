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
  data: unknown;
  /** Begin of the failing answer's body. */
  body: string | null;
  attempts: { at: string; status: number | null; outcome: string; error: string | null; trace_id: string | null }[];
}

/** A redrive or a replay. */
export interface Job {
  id: string | number;
  kind: 'redrive' | 'replay';
  state: 'running' | 'done' | 'cancelled';
  total: number;
  done: number;
  failed: number;
  dry_run: boolean;
  created_at: string;
  finished_at: string | null;
  trigger?: string;
  from?: string;
  to?: string;
  matched?: number;
}

/** Which dead letters: what the list is narrowed to, and what a redrive of all of them takes. */
export const deadLetterFilters = ['trigger', 'type', 'source', 'subject', 'trace', 'from', 'to'] as const;
