import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Clock, systemClock } from '@dormouse/time/clock';
import { type Checkpoint, type CheckpointFile, checkpointFile } from './checkpoint.ts';
import { CheckpointWriter } from './checkpoint-writer.ts';
import { bytesOf, encodeCommit, type Pending, takeCommit } from './group-commit.ts';
import { LogReader } from './log-reader.ts';
import {
  maxRecordsInCommit,
  type Position,
  type StoredRecord,
  segmentHeader,
  storedRecord,
  writeSegmentHead,
} from './record.ts';
import { LogDamagedError, noteIndex, type RecoveredLog, recoverLog, type Segment, segmentName } from './recover-log.ts';
import type { Store } from './store.ts';

/** An append-only log of records that survives power loss and detects damage. */
export interface Log {
  /** Random number of this log; the checksums are seeded with it. */
  readonly id: number;
  /** Position of the oldest record; of the next one when the log is empty. */
  readonly begin: Position;
  /** Position of the next record: everything before it is on disk. */
  readonly end: Position;
  readonly segments: readonly { base: number; bytes: number; lastMs: number }[];
  /**
   * Appends a group of records atomically: all are kept or none. Resolves once they are on disk. Calls during a write
   * share the next write and sync. Rejects with the disk's error; the log stays usable.
   */
  append(group: readonly Buffer[]): Promise<Position[]>;
  /** Reads records from a position on: about `maxBytes`, but at least one; empty at the end. */
  read(from: Position, maxBytes: number): Promise<{ records: StoredRecord[]; next: Position }>;
  /** Position of a sequence; clamped to the log's range. */
  locate(sequence: number): Promise<Position>;
  /** Removes the segments that hold only records before `sequence`; returns their bases. */
  removeBefore(sequence: number): Promise<number[]>;
  close(): Promise<void>;
}

export interface LogOptions {
  store: Store;
  clock?: Clock;
  /** Maximum size of a segment. Default: 8 MiB. */
  segmentBytes?: number;
  /** Maximum records per write and sync, unless one group has more. Default: 256. */
  commitRecords?: number;
  /** Called with a sentence for each repair. */
  report?: (sentence: string) => void;
  /** Called for each record found, oldest first. Its payload is only valid during the call. */
  visit?: (record: StoredRecord) => void;
}

const checkpointName = 'end';

/**
 * Opens the log in a store, or creates one. Reads and checks every record: truncates a torn end and reports it; rejects
 * damage anywhere else.
 *
 * @throws LogDamagedError
 */
export async function openLog(options: LogOptions): Promise<Log> {
  const { store, visit = () => {}, report = () => {} } = options;
  const checkpoint = await checkpointFile(await store.open(checkpointName));
  const recovered = await recoverLog(store, checkpoint.last, (record, segment, offset) =>
    visit(storedRecord(record, segment.base, offset)),
  ).catch((error: unknown) => {
    if (error instanceof LogDamagedError) error.message = join(store.directory, error.message);
    throw error;
  });
  for (const repair of recovered.repairs) report(repair);
  if (!checkpoint.last && recovered.sequence > 1) report('the log’s checkpoint was missing: a new one was written');
  const log = new SegmentedLog(options, checkpoint, recovered);
  await log.start();
  return log;
}

class SegmentedLog implements Log {
  readonly id: number;
  #store: Store;
  #clock: Clock;
  #segmentBytes: number;
  #commitRecords: number;
  #checkpoints: CheckpointWriter;
  #reader: LogReader;
  #segments: Segment[];
  #sequence: number;
  #checksum: number;
  /** Base of the oldest segment that must exist; advances before segments are removed. */
  #first: number;
  #queue: Pending[] = [];
  #running: Promise<void> | undefined;
  /** A write or sync failed: bytes behind the end must be truncated before the next write. */
  #tainted = false;
  /** A segment whose creation failed: it must be removed before its first sequence is written elsewhere. */
  #unfinished: string | undefined;
  #closed = false;

  constructor(
    { store, clock = systemClock, segmentBytes = 8 * 1024 * 1024, commitRecords = 256 }: LogOptions,
    checkpoint: CheckpointFile,
    recovered: RecoveredLog,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#segmentBytes = segmentBytes;
    this.#commitRecords = commitRecords;
    this.#checkpoints = new CheckpointWriter(checkpoint, () => this.#current(), clock);
    this.#segments = recovered.segments;
    this.#sequence = recovered.sequence;
    this.#checksum = recovered.checksum;
    this.#first = recovered.segments[0]?.base ?? recovered.sequence;
    this.id = recovered.logId ?? randomBytes(4).readUInt32LE();
    this.#reader = new LogReader(this.#segments, this.id, store.directory);
  }

  /** Creates the first segment, and a checkpoint of what recovery found. */
  async start(): Promise<void> {
    if (this.#segments.length === 0) this.#segments.push(await this.#newSegment());
    await this.#checkpoints.now();
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
    if (group.length === 0 || group.length > maxRecordsInCommit)
      return Promise.reject(
        new RangeError(`1 to ${maxRecordsInCommit} records can be appended together, not ${group.length}`),
      );
    return new Promise((stored, failed) => {
      this.#queue.push({ group, stored, failed });
      this.#running ??= this.#run();
    });
  }

  /** Writes until the queue is empty; groups that arrive during a write share the next one. */
  async #run(): Promise<void> {
    await new Promise(setImmediate); // the requests of this turn of the event loop share the first write
    while (this.#queue.length > 0) {
      const taken = takeCommit(this.#queue, this.#commitRecords);
      try {
        await this.#commit(taken);
      } catch (error) {
        this.#tainted = true;
        for (const { failed } of taken) failed(error);
      }
    }
    this.#running = undefined;
    this.#checkpoints.syncLater();
  }

  async #commit(taken: readonly Pending[]): Promise<void> {
    if (this.#tainted) await this.#untaint();
    const bytes = taken.reduce((sum, pending) => sum + bytesOf(pending), 0);
    if (this.#active.size > segmentHeader && this.#active.size + bytes > this.#segmentBytes)
      this.#segments.push(await this.#newSegment());
    const segment = this.#active;
    const timeMs = this.#clock.now();
    const { buffer, positions, checksum, sequence } = encodeCommit(taken, bytes, {
      logId: this.id,
      checksum: this.#checksum,
      sequence: this.#sequence,
      segment,
      timeMs,
    });
    await segment.file.write(buffer, segment.size);
    await segment.file.sync();
    for (const position of positions.flat()) noteIndex(segment, position.sequence, position.offset);
    segment.size += bytes;
    segment.lastMs = timeMs;
    this.#checksum = checksum;
    this.#sequence = sequence;
    for (const [i, { stored }] of taken.entries()) stored(positions[i] as Position[]);
    this.#checkpoints.later();
  }

  /** After a failed sync the bytes behind the end are undefined: truncates them. */
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

  /** What is on disk now. */
  #current(): Checkpoint {
    const { base, size } = this.#active;
    return { segment: base, offset: size, sequence: this.#sequence, checksum: this.#checksum, first: this.#first };
  }

  read(from: Position, maxBytes: number): Promise<{ records: StoredRecord[]; next: Position }> {
    return this.#reader.read(from, maxBytes);
  }

  async locate(sequence: number): Promise<Position> {
    if (sequence >= this.#sequence) return this.end;
    if (sequence <= this.begin.sequence) return this.begin;
    return this.#reader.locate(sequence);
  }

  async removeBefore(sequence: number): Promise<number[]> {
    const keep = Math.max(
      0,
      this.#segments.findLastIndex(({ base }) => base <= sequence),
    );
    if (keep === 0) return [];
    this.#first = (this.#segments[keep] as Segment).base;
    await this.#checkpoints.everywhere();
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
    this.#checkpoints.stop();
    await this.#running;
    await this.#checkpoints.close(!this.#tainted);
    for (const { file } of this.#segments) await file.close();
  }
}
