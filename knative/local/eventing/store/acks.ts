import { crc32 } from 'node:zlib';
import { type Clock, systemClock } from '@dormouse/time/clock';
import type { Store, StoreFile } from '../log/store.ts';

/** How a delivery ended. */
export type Ending = 'delivered' | 'dead-lettered' | 'undeliverable';

export interface Ack {
  trigger: number;
  sequence: number;
  ending: Ending;
  attempts: number;
  /** HTTP status of the last attempt, 0 when there was none. */
  status: number;
}

/** Content of the files: endings, and each trigger's low watermark (every sequence below it is finished). */
export interface KnownAcks {
  acks: Ack[];
  lowWatermarks: Map<number, number>;
  /** Highest trigger number found. */
  highestTrigger: number;
  /** The log had every sequence below this one. */
  reached: number;
  /** Entries that could not be read: what they acknowledged is delivered again. */
  unreadable: number;
}

const entryBytes = 16;
const endings: readonly Ending[] = ['delivered', 'dead-lettered', 'undeliverable'];
const lowWatermarkKind = 15;
const flushMs = 50;
const names = /^(\d{16})\.acks$/;
export const ackName = (base: number) => `${String(base).padStart(16, '0')}.acks`;

/** 0 kind · 1 attempts · 2 trigger (16 bits) · 4 sequence (48 bits) · 10 status (16 bits) · 12 checksum, seeded with the log's number */
function writeEntry(
  target: Buffer,
  at: number,
  logId: number,
  kind: number,
  entry: { trigger: number; sequence: number; attempts: number; status: number },
): void {
  target[at] = kind;
  target[at + 1] = Math.min(255, entry.attempts);
  target.writeUInt16LE(entry.trigger, at + 2);
  target.writeUIntLE(entry.sequence, at + 4, 6);
  target.writeUInt16LE(entry.status, at + 10);
  target.writeUInt32LE(crc32(target.subarray(at, at + 12), logId), at + 12);
}

/**
 * Reads every file of acknowledgements. Skips damaged entries: that costs a second delivery, never an event.
 *
 * @param recent skips acknowledgements of sequences below this one that are also below their trigger's low watermark
 */
export async function readAcks(store: Store, logId: number, recent = 0): Promise<KnownAcks> {
  const known: KnownAcks = { acks: [], lowWatermarks: new Map(), highestTrigger: 0, reached: 1, unreadable: 0 };
  // Newest first: a low watermark must be known before the entries below it.
  for (const name of (await store.list())
    .filter((each) => names.test(each))
    .sort()
    .reverse()) {
    const file = await store.open(name);
    const bytes = await file.read(0, await file.size());
    await file.close();
    const entries = Math.floor(bytes.length / entryBytes);
    for (let entry = entries - 1; entry >= 0; entry--) readEntry(bytes, entry * entryBytes, logId, recent, known);
  }
  known.acks.reverse();
  return known;
}

function readEntry(bytes: Buffer, at: number, logId: number, recent: number, known: KnownAcks): void {
  const kind = bytes[at] as number;
  const ending = endings[kind];
  if (
    crc32(bytes.subarray(at, at + 12), logId) !== bytes.readUInt32LE(at + 12) ||
    (!ending && kind !== lowWatermarkKind)
  ) {
    known.unreadable++;
    return;
  }
  const trigger = bytes.readUInt16LE(at + 2);
  const sequence = bytes.readUIntLE(at + 4, 6);
  known.highestTrigger = Math.max(known.highestTrigger, trigger);
  known.reached = Math.max(known.reached, ending ? sequence + 1 : sequence);
  if (ending && sequence < recent && sequence < (known.lowWatermarks.get(trigger) ?? 0)) return;
  if (ending)
    known.acks.push({
      trigger,
      sequence,
      ending,
      attempts: bytes[at + 1] as number,
      status: bytes.readUInt16LE(at + 10),
    });
  else known.lowWatermarks.set(trigger, Math.max(known.lowWatermarks.get(trigger) ?? 0, sequence));
}

export interface AckFiles {
  /** Queues an ending; it is written with others after 50 ms. `segment` is the base of the event's segment. */
  add(segment: number, ack: Ack): void;
  /** Schedules a write, which includes the low watermarks. */
  schedule(): void;
  /** Removes the files of removed segments. */
  remove(segments: readonly number[]): Promise<void>;
  /** Writes the queue. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface AckOptions {
  store: Store;
  logId: number;
  /** Base of the log's newest segment; its file gets the low watermarks. */
  newestSegment: () => number;
  /** Low watermarks that advanced since the last call. */
  changedLowWatermarks: () => Iterable<{ trigger: number; sequence: number }>;
  clock?: Clock;
  report?: (sentence: string) => void;
}

/**
 * Stores acknowledgements in one file per segment, which is removed with it. Writes are delayed and not synced: after a
 * crash, events without a stored acknowledgement are delivered again.
 */
export function ackFiles({
  store,
  logId,
  newestSegment,
  changedLowWatermarks,
  clock = systemClock,
  report = () => {},
}: AckOptions): AckFiles {
  let waiting = new Map<number, Ack[]>();
  let timer: unknown;
  let last: Promise<void> = Promise.resolve();
  const files = new Appender(store);

  const schedule = () => {
    timer ??= clock.setTimeout(() => {
      timer = undefined;
      void self.flush();
    }, flushMs);
  };
  const write = async () => {
    const taken = waiting;
    waiting = new Map();
    for (const [segment, acks] of taken) await files.append(segment, entriesOf(acks, logId));
    const lowWatermarks = [...changedLowWatermarks()];
    if (lowWatermarks.length > 0) await files.append(newestSegment(), lowWatermarkEntries(lowWatermarks, logId));
  };

  const self: AckFiles = {
    add(segment, ack) {
      const acks = waiting.get(segment);
      if (acks) acks.push(ack);
      else waiting.set(segment, [ack]);
      schedule();
    },
    schedule,
    remove(segments) {
      last = last.then(async () => {
        for (const segment of segments) {
          waiting.delete(segment);
          await files.remove(segment);
        }
      });
      return last;
    },
    flush() {
      const lost = ({ message }: Error) =>
        report(`acknowledgements could not be written (${message}): after a crash their events are delivered again`);
      last = last.then(write).catch(lost);
      return last;
    },
    async close() {
      if (timer !== undefined) clock.clearTimeout(timer);
      timer = undefined;
      await self.flush();
      await files.close();
    },
  };
  return self;
}

interface OpenFile {
  segment: number;
  file: StoreFile;
  /** Where the next entry goes; what a crash left of half an entry is overwritten. */
  end: number;
}

/** Writes at the ends of files; the last one stays open, because the next write nearly always goes there. */
class Appender {
  readonly #store: Store;
  #current: OpenFile | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  async append(segment: number, entries: Buffer): Promise<void> {
    const target = this.#current?.segment === segment ? this.#current : await this.#open(segment);
    await target.file.write(entries, target.end);
    target.end += entries.length;
  }

  async remove(segment: number): Promise<void> {
    if (this.#current?.segment === segment) await this.close();
    await this.#store.remove(ackName(segment));
  }

  async close(): Promise<void> {
    await this.#current?.file.close();
    this.#current = undefined;
  }

  async #open(segment: number): Promise<OpenFile> {
    await this.close();
    const file = await this.#store.open(ackName(segment));
    const size = await file.size();
    return (this.#current = { segment, file, end: size - (size % entryBytes) });
  }
}

function entriesOf(acks: readonly Ack[], logId: number): Buffer {
  const entries = Buffer.alloc(acks.length * entryBytes);
  for (const [i, ack] of acks.entries()) writeEntry(entries, i * entryBytes, logId, endings.indexOf(ack.ending), ack);
  return entries;
}

function lowWatermarkEntries(lowWatermarks: readonly { trigger: number; sequence: number }[], logId: number): Buffer {
  const entries = Buffer.alloc(lowWatermarks.length * entryBytes);
  for (const [i, lowWatermark] of lowWatermarks.entries())
    writeEntry(entries, i * entryBytes, logId, lowWatermarkKind, { ...lowWatermark, attempts: 0, status: 0 });
  return entries;
}
