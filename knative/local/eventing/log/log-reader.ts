import { join } from 'node:path';
import { type Position, readRecord, recordHeader, type StoredRecord, segmentHeader, storedRecord } from './record.ts';
import { LogDamagedError, type Segment } from './recover-log.ts';

/** Reads records from the segments of a log, which may meanwhile become more or fewer. */
export class LogReader {
  #segments: readonly Segment[];
  #logId: number;
  /** Folder that a damaged segment is named with. */
  #folder: string;

  constructor(segments: readonly Segment[], logId: number, folder: string) {
    this.#segments = segments;
    this.#logId = logId;
    this.#folder = folder;
  }

  /** Records from a position on, up to about `maxBytes` but at least one; empty at the end. @throws LogDamagedError */
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
        const record = readRecord(bytes, taken, this.#logId);
        if (record === 'short') break;
        if (record === 'damaged' || record.sequence !== sequence)
          throw new LogDamagedError(
            join(this.#folder, segment.name),
            `the record at byte ${offset + taken} was stored and is damaged`,
          );
        records.push(storedRecord(record, segment.base, offset + taken));
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

  /** Where a record that is kept begins. */
  async locate(sequence: number): Promise<Position> {
    const segment = this.#segments.findLast(({ base }) => base <= sequence) as Segment;
    const near = segment.index.findLast((entry) => entry.sequence <= sequence) ?? {
      sequence: segment.base,
      offset: segmentHeader,
    };
    let position: Position = { ...near, segment: segment.base };
    while (position.sequence < sequence) {
      const { records, next } = await this.read(position, 64 * 1024);
      position = records.find((record) => record.position.sequence === sequence)?.position ?? next;
    }
    return position;
  }
}
