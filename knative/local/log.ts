import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Clock, systemClock } from './clock.ts';
import { type EndMarkFile, endMarkFile } from './end-mark.ts';
import { type LogRecord, mostInCommit, readRecord, recordHeader, segmentHeader, writeRecord, writeSegmentHead } from './record.ts';
import { LogDamagedError, noteIndex, type RecoveredLog, recoverLog, type Segment, segmentName } from './recover-log.ts';
import type { Store } from './store.ts';

export { LogDamagedError } from './recover-log.ts';

/** Where a record begins. */
export interface Position {
  sequence: number;
  /** Base of its segment. */
  segment: number;
  offset: number;
}

export interface StoredRecord {
  position: Position;
  timeMs: number;
  payload: Buffer;
}

/** An append-only log of records that survives power loss and notices damage. */
export interface Log {
  /** Tells this log from every other. */
  readonly id: number;
  /** Where the oldest record that is kept begins (or the next one, when there is none). */
  readonly begin: Position;
  /** Where the next record will begin: everything before is on disk. */
  readonly end: Position;
  readonly segments: readonly { base: number; bytes: number; lastMs: number }[];
  /**
   * Appends records that belong together: all of them are kept or none. Resolves once they are on disk. Calls that come
   * while the disk is busy share its next write and sync. Rejects with the disk's error; the log stays usable.
   */
  append(group: readonly Buffer[]): Promise<Position[]>;
  /** Records from a position on, up to about `maxBytes` but at least one; empty at the end. */
  read(from: Position, maxBytes: number): Promise<{ records: StoredRecord[]; next: Position }>;
  /** Where a sequence begins; clamped to what is kept. */
  locate(sequence: number): Promise<Position>;
  /** Forgets whole segments that hold only records before `sequence`; returns their bases. */
  removeBefore(sequence: number): Promise<number[]>;
  close(): Promise<void>;
}

export interface LogOptions {
  store: Store;
  clock?: Clock;
  /** A segment is ended when it would grow beyond this. 8 MiB unless told. */
  segmentBytes?: number;
  /** Most records of one write and sync, unless more came together. 256 unless told. */
  commitRecords?: number;
  /** Called with a sentence for each repair. */
  report?: (sentence: string) => void;
  /** Called for each record found, oldest first. Its payload is only valid during the call. */
  visit?: (record: StoredRecord) => void;
}

/** Most bytes of one write. */
const commitBytes = 4 * 1024 * 1024;
/** How long the end mark may stay unsynced once nothing is appended any more. */
const markSyncMs = 1_000;
const markName = 'end';

interface Pending {
  group: readonly Buffer[];
  stored: (positions: Position[]) => void;
  failed: (error: unknown) => void;
}

/**
 * Opens the log in a store, or begins one. Every record is read and checked: a torn end is cut (and reported), damage
 * anywhere else is refused.
 *
 * @throws LogDamagedError
 */
export async function openLog(options: LogOptions): Promise<Log> {
  const { store, visit = () => {}, report = () => {} } = options;
  const mark = await endMarkFile(await store.open(markName));
  const recovered = await recoverLog(store, mark.last, (record, segment, offset) => visit(stored(record, segment.base, offset))).catch((error: unknown) => {
    if (error instanceof LogDamagedError) error.message = join(store.place, error.message);
    throw error;
  });
  for (const repair of recovered.repairs) report(repair);
  if (!mark.last && recovered.sequence > 1) report('the mark of the log’s end was missing: it is made anew');
  const log = new SegmentedLog(options, mark, recovered);
  await log.start();
  return log;
}

const stored = (record: LogRecord, segment: number, offset: number): StoredRecord => ({
  position: { sequence: record.sequence, segment, offset },
  timeMs: record.timeMs,
  payload: record.payload,
});

class SegmentedLog implements Log {
  readonly id: number;
  #store: Store;
  #clock: Clock;
  #segmentBytes: number;
  #commitRecords: number;
  #mark: EndMarkFile;
  #segments: Segment[];
  #sequence: number;
  #checksum: number;
  /** Base of the oldest segment that must be there; moves before segments are removed. */
  #first: number;
  #queue: Pending[] = [];
  #running: Promise<void> | undefined;
  /** What was written behind the end must be cut first, because a write or a sync failed. */
  #tainted = false;
  /** A segment whose making failed: it must go before its first sequence is written elsewhere. */
  #unfinished: string | undefined;
  #closed = false;
  #marking: Promise<void> | undefined;
  #markTimer: unknown;

  constructor({ store, clock = systemClock, segmentBytes = 8 * 1024 * 1024, commitRecords = 256 }: LogOptions, mark: EndMarkFile, recovered: RecoveredLog) {
    this.#store = store;
    this.#clock = clock;
    this.#segmentBytes = segmentBytes;
    this.#commitRecords = commitRecords;
    this.#mark = mark;
    this.#segments = recovered.segments;
    this.#sequence = recovered.sequence;
    this.#checksum = recovered.checksum;
    this.#first = recovered.segments[0]?.base ?? recovered.sequence;
    this.id = recovered.logId ?? randomBytes(4).readUInt32LE();
  }

  /** Makes the first segment, and a mark of what recovery found. */
  async start(): Promise<void> {
    if (this.#segments.length === 0) this.#segments.push(await this.#newSegment());
    await this.#writeMark();
    await this.#mark.sync();
    await this.#store.syncFolder();
  }

  get begin(): Position {
    const { base } = this.#segments[0] as Segment;
    return { sequence: base, segment: base, offset: segmentHeader };
  }

  get end(): Position {
    const { base, size } = this.#active;
    return { sequence: this.#sequence, segment: base, offset: size };
  }

  get segments(): readonly { base: number; bytes: number; lastMs: number }[] {
    return this.#segments.map(({ base, size, lastMs }) => ({ base, bytes: size, lastMs }));
  }

  append(group: readonly Buffer[]): Promise<Position[]> {
    if (this.#closed) return Promise.reject(new Error('the log is closed'));
    if (group.length === 0 || group.length > mostInCommit)
      return Promise.reject(new RangeError(`1 to ${mostInCommit} records can be appended together, not ${group.length}`));
    return new Promise((stored, failed) => {
      this.#queue.push({ group, stored, failed });
      this.#running ??= this.#run();
    });
  }

  /** Writes until nothing waits: what comes meanwhile is taken together by the next turn. */
  async #run(): Promise<void> {
    await new Promise(setImmediate); // the requests of this turn of the event loop share the first write
    while (this.#queue.length > 0) {
      const taken = this.#take();
      try {
        await this.#commit(taken);
      } catch (error) {
        this.#tainted = true;
        for (const { failed } of taken) failed(error);
      }
    }
    this.#running = undefined;
    this.#syncMarkLater();
  }

  #take(): Pending[] {
    let records = 0;
    let bytes = 0;
    let count = 0;
    for (const { group } of this.#queue) {
      const groupBytes = group.reduce((sum, payload) => sum + payload.length + recordHeader, 0);
      if (count > 0 && (records + group.length > this.#commitRecords || bytes + groupBytes > commitBytes)) break;
      records += group.length;
      bytes += groupBytes;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  async #commit(taken: readonly Pending[]): Promise<void> {
    if (this.#tainted) await this.#untaint();
    const bytes = taken.reduce((sum, { group }) => sum + group.reduce((more, payload) => more + payload.length + recordHeader, 0), 0);
    if (this.#active.size > segmentHeader && this.#active.size + bytes > this.#segmentBytes) this.#segments.push(await this.#newSegment());
    const segment = this.#active;
    const buffer = Buffer.allocUnsafeSlow(bytes);
    const timeMs = this.#clock.now();
    const places: Position[][] = [];
    let checksum = this.#checksum;
    let sequence = this.#sequence;
    let offset = 0;
    for (const { group } of taken) {
      places.push(
        group.map((payload, i) => {
          const position = { sequence, segment: segment.base, offset: segment.size + offset };
          checksum = writeRecord(buffer, offset, {
            logId: this.id,
            previous: checksum,
            sequence,
            timeMs,
            ordinal: sequence - this.#sequence,
            closes: i === group.length - 1,
            payload,
          });
          offset += recordHeader + payload.length;
          sequence++;
          return position;
        }),
      );
    }
    await segment.file.write(buffer, segment.size);
    await segment.file.sync();
    for (const position of places.flat()) noteIndex(segment, position.sequence, position.offset);
    segment.size += bytes;
    segment.lastMs = timeMs;
    this.#checksum = checksum;
    this.#sequence = sequence;
    for (const [i, { stored }] of taken.entries()) stored(places[i] as Position[]);
    this.#markLater();
  }

  /** After a failed sync nobody knows what is on disk behind the end: it is cut and written anew. */
  async #untaint(): Promise<void> {
    if (this.#unfinished) {
      await this.#store.remove(this.#unfinished);
      await this.#store.syncFolder();
      this.#unfinished = undefined;
    }
    await this.#active.file.truncate(this.#active.size);
    await this.#active.file.sync();
    this.#tainted = false;
  }

  async #newSegment(): Promise<Segment> {
    const base = this.#sequence;
    const name = segmentName(base);
    const file = await this.#store.open(name);
    try {
      await file.truncate(0);
      await file.write(writeSegmentHead({ logId: this.id, base, previous: this.#checksum }), 0);
      await file.sync();
      await this.#store.syncFolder();
    } catch (error) {
      this.#unfinished = name;
      await file.close();
      throw error;
    }
    return { name, base, size: segmentHeader, file, index: [], lastMs: 0 };
  }

  get #active(): Segment {
    return this.#segments.at(-1) as Segment;
  }

  #markLater(): void {
    this.#marking ??= (async () => {
      while (!this.#closed && this.#mark.last?.sequence !== this.#sequence) await this.#writeMark();
    })()
      .catch(() => {}) // the mark only proves more; the log itself is already on disk
      .finally(() => {
        this.#marking = undefined;
      });
  }

  async #writeMark(): Promise<void> {
    const { base, size } = this.#active;
    await this.#mark.write({ segment: base, offset: size, sequence: this.#sequence, checksum: this.#checksum, first: this.#first });
  }

  #syncMarkLater(): void {
    if (this.#markTimer !== undefined || this.#closed) return;
    this.#markTimer = this.#clock.setTimeout(() => {
      this.#markTimer = undefined;
      this.#mark.sync().catch(() => {});
    }, markSyncMs);
  }

  async read(from: Position, maxBytes: number): Promise<{ records: StoredRecord[]; next: Position }> {
    let at = this.#segments.findIndex(({ base }) => base === from.segment);
    let segment = this.#segments[at];
    if (!segment) throw new RangeError(`the log no longer holds record ${from.sequence}`);
    let { offset, sequence } = from;
    if (offset >= segment.size && at < this.#segments.length - 1) {
      segment = this.#segments[++at] as Segment;
      offset = segmentHeader;
    }
    const records: StoredRecord[] = [];
    if (offset < segment.size) {
      const bytes = await this.#window(segment, offset, maxBytes);
      let taken = 0;
      while (taken < bytes.length) {
        const record = readRecord(bytes, taken, this.id);
        if (record === 'short') break;
        if (record === 'damaged' || record.sequence !== sequence)
          throw new LogDamagedError(join(this.#store.place, segment.name), `the record at byte ${offset + taken} was stored and is damaged`);
        records.push(stored(record, segment.base, offset + taken));
        taken += record.bytes;
        sequence++;
      }
      offset += taken;
    }
    return { records, next: { sequence, segment: segment.base, offset } };
  }

  /** Bytes from `offset` on that hold at least one whole record. */
  async #window(segment: Segment, offset: number, maxBytes: number): Promise<Buffer> {
    const room = segment.size - offset;
    const bytes = await segment.file.read(offset, Math.min(room, Math.max(maxBytes, recordHeader)));
    const wanted = recordHeader + (bytes.length >= recordHeader ? bytes.readUInt32LE(4) : 0);
    return wanted <= bytes.length ? bytes : segment.file.read(offset, Math.min(room, wanted));
  }

  async locate(sequence: number): Promise<Position> {
    if (sequence >= this.#sequence) return this.end;
    if (sequence <= this.begin.sequence) return this.begin;
    const segment = this.#segments.findLast(({ base }) => base <= sequence) as Segment;
    const near = segment.index.findLast((entry) => entry.sequence <= sequence) ?? { sequence: segment.base, offset: segmentHeader };
    let position: Position = { ...near, segment: segment.base };
    while (position.sequence < sequence) {
      const { records, next } = await this.read(position, 64 * 1024);
      position = records.find((record) => record.position.sequence === sequence)?.position ?? next;
    }
    return position;
  }

  async removeBefore(sequence: number): Promise<number[]> {
    const keep = Math.max(
      0,
      this.#segments.findLastIndex(({ base }) => base <= sequence),
    );
    if (keep === 0) return [];
    this.#first = (this.#segments[keep] as Segment).base;
    await this.#marking;
    for (const _slot of [0, 1]) await this.#writeMark();
    await this.#mark.sync();
    const removed = this.#segments.splice(0, keep);
    for (const { name, file } of removed) {
      await file.close();
      await this.#store.remove(name);
    }
    await this.#store.syncFolder();
    return removed.map(({ base }) => base);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    await this.#marking;
    if (this.#markTimer !== undefined) this.#clock.clearTimeout(this.#markTimer);
    if (!this.#tainted) {
      await this.#writeMark();
      await this.#mark.sync();
    }
    await this.#mark.close();
    for (const { file } of this.#segments) await file.close();
  }
}
