import { crc32 } from 'node:zlib';

/** One record of a log as it was written. */
export interface LogRecord {
  sequence: number;
  /** When it was appended, milliseconds since the epoch. */
  timeMs: number;
  payload: Buffer;
  /** Its checksum, which its successor repeats. */
  checksum: number;
  /** The first sequence of the write it came with: everything before that was on disk when this was written. */
  commit: number;
  /** Last record of what was appended together (all or nothing). */
  closes: boolean;
  /** Bytes in the file, header included. */
  bytes: number;
}

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

export const storedRecord = (
  { sequence, timeMs, payload }: LogRecord,
  segment: number,
  offset: number,
): StoredRecord => ({
  position: { sequence, segment, offset },
  timeMs,
  payload,
});

export const recordHeader = 32;
/** `DREC`, little endian: where to look for a record in damaged bytes. */
const magic = 0x43455244;
export const magicBytes = Buffer.from('DREC');
const closing = 1;
/** Most records that one write may hold: an ordinal has 16 bits. */
export const maxRecordsInCommit = 65_535;

/*
 * 0 magic · 4 payload length · 8 checksum of everything else, seeded with the log's own number · 12 checksum of the
 * record before · 16 sequence (48 bits) · 22 flags · 24 time (48 bits) · 30 ordinal within its write · 32 payload
 */

/** Writes a record at `offset` of `target`, which has room for it; returns its checksum. */
export function writeRecord(
  target: Buffer,
  offset: number,
  record: {
    logId: number;
    previous: number;
    sequence: number;
    timeMs: number;
    ordinal: number;
    closes: boolean;
    payload: Buffer;
  },
): number {
  target.writeUInt32LE(magic, offset);
  target.writeUInt32LE(record.payload.length, offset + 4);
  target.writeUInt32LE(record.previous, offset + 12);
  target.writeUIntLE(record.sequence, offset + 16, 6);
  target.writeUInt16LE(record.closes ? closing : 0, offset + 22);
  target.writeUIntLE(record.timeMs, offset + 24, 6);
  target.writeUInt16LE(record.ordinal, offset + 30);
  record.payload.copy(target, offset + recordHeader);
  const checksum = checksumOf(target, offset, recordHeader + record.payload.length, record.logId);
  target.writeUInt32LE(checksum, offset + 8);
  return checksum;
}

/**
 * The record at `offset`, `'short'` when `source` ends before it does, `'damaged'` when it is no record of this log.
 * Does not check position and chain: the reader does, which knows the preceding record.
 */
export function readRecord(source: Buffer, offset: number, logId: number): LogRecord | 'short' | 'damaged' {
  if (source.length - offset < recordHeader) return 'short';
  if (source.readUInt32LE(offset) !== magic) return 'damaged';
  const bytes = recordHeader + source.readUInt32LE(offset + 4);
  if (source.length - offset < bytes) return 'short';
  const checksum = source.readUInt32LE(offset + 8);
  if (checksumOf(source, offset, bytes, logId) !== checksum) return 'damaged';
  const sequence = source.readUIntLE(offset + 16, 6);
  return {
    sequence,
    timeMs: source.readUIntLE(offset + 24, 6),
    payload: source.subarray(offset + recordHeader, offset + bytes),
    checksum,
    commit: sequence - source.readUInt16LE(offset + 30),
    closes: source.readUInt16LE(offset + 22) === closing,
    bytes,
  };
}

/** The checksum of the record before, as the record at `offset` repeats it. */
export const previousOf = (source: Buffer, offset: number) => source.readUInt32LE(offset + 12);

function checksumOf(bytes: Buffer, offset: number, length: number, logId: number): number {
  const lengths = crc32(bytes.subarray(offset + 4, offset + 8), logId);
  return crc32(bytes.subarray(offset + 12, offset + length), lengths);
}

export const segmentHeader = 32;
const segmentMagic = Buffer.from('DORMLOG1');

export interface SegmentHead {
  logId: number;
  /** Sequence of its first record. */
  base: number;
  /** Checksum of the last record of the segment before, 0 in the first. */
  previous: number;
}

/** 0 magic · 8 the log's number · 12 base · 20 previous checksum · 24 nothing · 28 checksum */
export function writeSegmentHead({ logId, base, previous }: SegmentHead): Buffer {
  const head = Buffer.alloc(segmentHeader);
  segmentMagic.copy(head);
  head.writeUInt32LE(logId, 8);
  head.writeUIntLE(base, 12, 6);
  head.writeUInt32LE(previous, 20);
  head.writeUInt32LE(crc32(head.subarray(0, 28)), 28);
  return head;
}

export function readSegmentHead(head: Buffer): SegmentHead | undefined {
  if (head.length < segmentHeader || !head.subarray(0, 8).equals(segmentMagic)) return undefined;
  if (crc32(head.subarray(0, 28)) !== head.readUInt32LE(28)) return undefined;
  return { logId: head.readUInt32LE(8), base: head.readUIntLE(12, 6), previous: head.readUInt32LE(20) };
}
