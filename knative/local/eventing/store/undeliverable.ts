import type { Clock } from '@dormouse/time/clock';
import { type Log, openLog } from '../log/segmented-log.ts';
import type { Store } from '../log/store.ts';
import { type BrokerEvent, encodeEvent, traceIdOf } from './stored-event.ts';

/** Why an event was given up. */
export interface Failure {
  trigger: string;
  destination: string;
  attempts: number;
  status: number | undefined;
  cause: string;
  body: string;
}

/** The events of a broker that could not be delivered, on disk with their causes. */
export interface UndeliverableStore {
  /** Resolves once the event and its cause are on disk. */
  add(event: BrokerEvent, failure: Failure): Promise<void>;
  /** Newest first, at most the last 1,000. */
  list(): Undeliverable[];
  close(): Promise<void>;
}

const maxListed = 1_000;

/** Opens the store; each record is a line of JSON with the cause, then the event as the broker keeps it. */
export async function undeliverableStore(options: {
  store: Store;
  broker: string;
  clock: Clock;
  report: (sentence: string) => void;
}): Promise<UndeliverableStore> {
  const { store, broker, clock, report } = options;
  let listed: Undeliverable[] = [];
  const cacheEntry = (entry: Undeliverable) => {
    listed.push(entry);
    if (listed.length > 2 * maxListed) listed = listed.slice(-maxListed);
  };
  const log: Log = await openLog({ store, clock, report, visit: ({ payload }) => cacheEntry(readEntry(payload)) });
  return {
    async add(event, failure) {
      const { id, type, source, subject, time } = event.attributes as Record<string, string>;
      const failedAt = new Date(clock.now()).toISOString();
      const entry = {
        id,
        type,
        source,
        subject,
        time: time ?? failedAt,
        trace_id: traceIdOf(event),
        broker,
        ...failure,
        failed_at: failedAt,
      } as Undeliverable;
      await log.append([Buffer.concat([Buffer.from(`${JSON.stringify(entry)}\n`), encodeEvent(event)])]);
      cacheEntry(entry);
    },
    list: () => listed.slice(-maxListed).reverse(),
    close: () => log.close(),
  };
}

const readEntry = (payload: Buffer) => JSON.parse(payload.toString('utf8', 0, payload.indexOf(10))) as Undeliverable;
/** An event that could not be delivered, with its cause. */
export interface Undeliverable {
  id: string;
  type: string;
  source: string;
  subject: string | undefined;
  time: string;
  trace_id: string | undefined;
  broker: string;
  trigger: string;
  destination: string;
  /** How often it was sent to the subscriber. */
  attempts: number;
  /** HTTP status of the last attempt; undefined when there was no response. */
  status: number | undefined;
  cause: string;
  /** Beginning of the last response's body. */
  body: string;
  /** When it was given up, RFC 3339. */
  failed_at: string;
}
