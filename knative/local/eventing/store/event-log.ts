import { type Position, recordHeader, type StoredRecord } from '../log/record.ts';
import type { Log } from '../log/segmented-log.ts';
import { type BrokerEvent, decodeEvent, encodeEvent } from './stored-event.ts';

/** An event in the log. */
export interface LogEntry {
  position: Position;
  /** Where its successor begins. */
  next: Position;
  timeMs: number;
  event: BrokerEvent;
}

/** A broker's log with a cache of the newest events that some Trigger still has to deliver. */
export interface EventLog {
  /** Resolves once all of them are on disk; `each` is called with them before anybody can read them. */
  append(events: readonly BrokerEvent[], each: (entry: LogEntry) => void): Promise<void>;
  /** An event that is still in memory. */
  cached(sequence: number): LogEntry | undefined;
  load(position: Position): Promise<LogEntry>;
  read(from: Position, maxBytes: number): Promise<LogEntry[]>;
  /** Drops what is in memory. */
  forget(): void;
}

const maxCachedEvents = 2_048;
const maxCachedBytes = 4 * 1024 * 1024;

/** @see EventLog */
export function eventLog(log: Log, now: () => number): EventLog {
  const cache = new Map<number, { entry: LogEntry; bytes: number }>();
  let cachedBytes = 0;

  const cacheEntry = (entry: LogEntry, bytes: number) => {
    cache.set(entry.position.sequence, { entry, bytes });
    cachedBytes += bytes;
    for (const [sequence, old] of cache) {
      if (cache.size <= maxCachedEvents && cachedBytes <= maxCachedBytes) return;
      cache.delete(sequence);
      cachedBytes -= old.bytes;
    }
  };

  const self: EventLog = {
    async append(events, each) {
      const payloads = events.map(encodeEvent);
      const positions = await log.append(payloads);
      for (const [i, event] of events.entries()) {
        const entry = entryOf(positions[i] as Position, now(), event, (payloads[i] as Buffer).length);
        each(entry);
        cacheEntry(entry, (payloads[i] as Buffer).length + 512);
      }
    },
    cached: (sequence) => cache.get(sequence)?.entry,
    async load(position) {
      const { records } = await log.read(position, 4_096);
      return decoded(records[0] as StoredRecord);
    },
    read: async (from, maxBytes) => (await log.read(from, maxBytes)).records.map(decoded),
    forget() {
      cache.clear();
      cachedBytes = 0;
    },
  };
  return self;
}

const decoded = ({ position, timeMs, payload }: StoredRecord) =>
  entryOf(position, timeMs, decodeEvent(payload), payload.length);

const entryOf = (position: Position, timeMs: number, event: BrokerEvent, bytes: number): LogEntry => ({
  position,
  next: { sequence: position.sequence + 1, segment: position.segment, offset: position.offset + recordHeader + bytes },
  timeMs,
  event,
});
