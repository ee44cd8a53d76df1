import type { EventDetail, EventSummary } from './event-summary.ts';
import type { LogEntry } from './store/event-log.ts';
import type { RunningTrigger } from './trigger-set.ts';
import { verdictOf } from './verdicts.ts';

/** Bytes of the data that are shown. */
const maxShownBytes = 64 * 1024;

/** An event and everything that is known of it. */
export function detailOf(
  { event }: LogEntry,
  summary: EventSummary,
  running: ReadonlyMap<string, RunningTrigger>,
): EventDetail {
  const { attributes } = event;
  const filtered = [...running]
    .filter(([, { dispatcher }]) => !dispatcher.setup.matches(attributes))
    .map(([name]) => name);
  const verdicts = [...running].map(([trigger, { known, dispatcher }]) =>
    verdictOf(attributes, {
      trigger,
      filters: dispatcher.setup.filters,
      newer: summary.sequence < known.start,
      outcome: summary.triggers.find(({ name }) => name === trigger),
    }),
  );
  const triggers = summary.triggers.map(({ history: _, ...outcome }) => outcome);
  return { ...summary, triggers, attributes: { ...attributes }, ...shown(event.data), filtered, verdicts };
}

function shown(bytes: Buffer | undefined): Pick<EventDetail, 'data' | 'data_base64'> {
  const cut = bytes?.subarray(0, maxShownBytes);
  const text = cut?.toString('utf8');
  const isText = text !== undefined && !text.slice(0, -1).includes('\ufffd');
  return { data: isText ? text : undefined, data_base64: isText ? undefined : cut?.toString('base64') };
}
