import type { Attempt } from './attempt.ts';

/** One attempt to deliver an event, as the console's JSON shows it. */
export interface AttemptRecord {
  /** When it began, RFC 3339. */
  at: string;
  /** HTTP status; absent when there was no answer, or is none yet. */
  status?: number;
  /** Absent as long as it is under way. */
  latency_ms?: number;
  error?: string;
  /** When the next one is due, RFC 3339; absent when none is. */
  next_attempt_at?: string;
  /** It went to the dead-letter sink, not to the subscriber. */
  dead_letter_sink?: true;
}

/** Most attempts that are remembered of an event at a trigger: the latest. */
const maxKept = 12;

/** Notes that an attempt begins, and gives what has to be called when it is over. */
export function beginAttempt(history: AttemptRecord[], nowMs: number, toSink: boolean): (made: Attempt) => void {
  const record: AttemptRecord = { at: new Date(nowMs).toISOString(), ...(toSink ? { dead_letter_sink: true } : {}) };
  history.push(record);
  if (history.length > maxKept) history.shift();
  const started = performance.now();
  return ({ status, verdict, cause }) => {
    record.latency_ms = Math.round((performance.now() - started) * 100) / 100;
    if (status !== undefined) record.status = status;
    if (verdict !== 'done') record.error = cause;
  };
}

/** Notes why the latest attempt was none that counts, and when the next one is due. */
export function noteFailure(history: AttemptRecord[], error: string, nextMs?: number): void {
  const latest = history.at(-1);
  if (!latest) return;
  latest.error = error;
  if (nextMs !== undefined) latest.next_attempt_at = new Date(nextMs).toISOString();
}
