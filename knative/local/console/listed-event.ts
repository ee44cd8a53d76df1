import type { EventSummary } from '@dormouse/eventing/event-summary';

/** An event as `/api/events` and the stream show it. */
export const listedEvent = ({ id, type, source, subject, time, trace_id, triggers }: EventSummary) => ({
  id,
  type,
  source,
  subject: subject ?? null,
  time,
  trace_id: trace_id ?? null,
  triggers: triggers.map(({ name, outcome, attempts, dead_letter_attempts, finished_at }) => ({
    name,
    outcome,
    attempts,
    dead_letter_attempts,
    finished_at,
  })),
});
