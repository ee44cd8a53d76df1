import type { TriggerOutcome } from './delivery/outcome.ts';
import type { TriggerVerdict } from './verdicts.ts';

/** An event as the console lists it. */
export interface EventSummary {
  id: string;
  type: string;
  source: string;
  subject: string | undefined;
  time: string;
  trace_id: string | undefined;
  broker: string;
  sequence: number;
  /** The triggers whose filter it passed. */
  triggers: TriggerOutcome[];
}

/** One event and everything that is known of it. */
export interface EventDetail extends EventSummary {
  attributes: Record<string, string>;
  /** UTF-8 text of the data, cut at 64 KiB; base64 when it is not text. */
  data: string | undefined;
  data_base64: string | undefined;
  /** The other triggers: those whose filter it did not pass. */
  filtered: string[];
  /** Every trigger of the broker, and why it gets the event or does not. */
  verdicts: TriggerVerdict[];
}
