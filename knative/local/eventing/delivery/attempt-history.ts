import type { Attempt } from './attempt.ts';

/** One attempt to deliver an event, as the console's JSON shows it. */
export interface AttemptRecord {
  /** When it began, RFC 3339. */
  at: string;
  /** HTTP status; absent when there was no response, or is none yet. */
  status?: number;
  /** Absent while the attempt is in progress. */
  latency_ms?: number;
  error?: string;
  /** When the next attempt is due, RFC 3339; absent when none is planned. */
  next_attempt_at?: string;
  /** It went to the dead-letter sink, not to the subscriber. */
  dead_letter_sink?: true;
  /** It was the subscriber's reply, on its way to where a Subscription sends replies. */
  reply?: true;
}

/** Who gets an attempt. */
export type Target = 'subscriber' | 'reply' | 'dead-letter sink';

const flags: Readonly<Record<Target, Pick<AttemptRecord, 'dead_letter_sink' | 'reply'>>> = {
  subscriber: {},
  reply: { reply: true },
  'dead-letter sink': { dead_letter_sink: true },
};

/** Maximum number of attempts kept per event and trigger: the latest ones. */
const maxKept = 12;

/** Records the start of an attempt. Returns the function to call with its result. */
export function beginAttempt(history: AttemptRecord[], nowMs: number, target: Target): (made: Attempt) => void {
  const record: AttemptRecord = { at: new Date(nowMs).toISOString(), ...flags[target] };
  history.push(record);
  if (history.length > maxKept) history.shift();
  const started = performance.now();
  return ({ status, verdict, cause }) => {
    record.latency_ms = Math.round((performance.now() - started) * 100) / 100;
    if (status !== undefined) record.status = status;
    if (verdict !== 'done') record.error = cause;
  };
}

/** Records why the latest attempt failed, and when the next one is due. */
export function noteFailure(history: AttemptRecord[], error: string, nextMs?: number): void {
  const latest = history.at(-1);
  if (!latest) return;
  latest.error = error;
  if (nextMs !== undefined) latest.next_attempt_at = new Date(nextMs).toISOString();
}
