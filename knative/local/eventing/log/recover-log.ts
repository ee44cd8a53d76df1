import type { Checkpoint } from './checkpoint.ts';
import {
  type LogRecord,
  magicBytes,
  previousOf,
  readRecord,
  readSegmentHead,
  recordHeader,
  type SegmentHead,
  segmentHeader,
} from './record.ts';
import type { Store, StoreFile } from './store.ts';

/** A log whose damage cannot be repaired without losing what was acknowledged. */
export class LogDamagedError extends Error {
  override name = 'LogDamagedError';
  constructor(
    file: string,
    problem: string,
    what = 'restore the folder from a copy, or move it away to begin with an empty log (what it holds undelivered is then lost)',
  ) {
    super(`${file}: ${problem}; ${what}`);
  }
}

/** A file of a log: its records lie between the header and `size`. */
export interface Segment {
  name: string;
  base: number;
  size: number;
  file: StoreFile;
  /** Where some sequences begin, one about every 64 KiB. */
  index: { sequence: number; offset: number }[];
  /** When its last record was appended; 0 while it has none. */
  lastMs: number;
}

export interface RecoveredLog {
  logId: number | undefined;
  segments: Segment[];
  /** The next sequence. */
  sequence: number;
  /** Checksum of the last record. */
  checksum: number;
  /** What was repaired, in sentences. */
  repairs: string[];
}

export const segmentName = (base: number) => `${String(base).padStart(16, '0')}.log`;
const segmentNames = /^(\d{16})\.log$/;
const indexDistance = 64 * 1024;
const chunkBytes = 1024 * 1024;

/**
 * Reads every record of a log and checks its position, chain and checksum. Truncates records at the end that were never
 * acknowledged; rejects any other inconsistency.
 *
 * @throws LogDamagedError
 */
export async function recoverLog(
  store: Store,
  checkpoint: Checkpoint | undefined,
  visit: (record: LogRecord, segment: Segment, offset: number) => void,
): Promise<RecoveredLog> {
  const log: RecoveredLog = { logId: undefined, segments: [], sequence: 1, checksum: 0, repairs: [] };
  const names = (await store.list()).filter((name) => segmentNames.test(name)).sort();
  const bases = names.map((name) => Number(segmentNames.exec(name)?.[1]));
  await removeLeftovers(store, names, bases, checkpoint, log);
  if (checkpoint && !bases.includes(checkpoint.first))
    throw new LogDamagedError(segmentName(checkpoint.first), 'the oldest segment is missing');
  for (const [i, name] of names.entries())
    await recoverSegment(store, name, bases[i] ?? 0, i === names.length - 1, checkpoint, log, visit);
  if (checkpoint && log.sequence < checkpoint.sequence) {
    throw new LogDamagedError(
      log.segments.at(-1)?.name ?? segmentName(checkpoint.segment),
      `records ${log.sequence} to ${checkpoint.sequence - 1} were stored and are missing`,
    );
  }
  return log;
}

/** Removes segments older than the checkpoint's oldest: a crash interrupted their removal. */
async function removeLeftovers(
  store: Store,
  names: string[],
  bases: number[],
  checkpoint: Checkpoint | undefined,
  log: RecoveredLog,
): Promise<void> {
  while (checkpoint && bases[0] !== undefined && bases[0] < checkpoint.first) {
    await store.remove(names[0] ?? '');
    log.repairs.push(`${names.shift()}: removed, as had been begun`);
    bases.shift();
  }
}

async function recoverSegment(
  store: Store,
  name: string,
  base: number,
  last: boolean,
  checkpoint: Checkpoint | undefined,
  log: RecoveredLog,
  visit: (record: LogRecord, segment: Segment, offset: number) => void,
): Promise<void> {
  const file = await store.open(name);
  const fileSize = await file.size();
  const head = readSegmentHead(await file.read(0, segmentHeader));
  const checkpointed = checkpoint !== undefined && checkpoint.segment >= base;
  if (!head) {
    if (!last || fileSize > segmentHeader || checkpointed) throw new LogDamagedError(name, 'its header is damaged');
    await file.close();
    await store.remove(name);
    log.repairs.push(`${name}: removed, its making had not been finished`);
    return;
  }
  checkHead(name, head, base, log);
  log.logId = head.logId;
  log.sequence = base;
  log.checksum = head.previous;
  const segment: Segment = { name, base, size: segmentHeader, file, index: [], lastMs: 0 };
  const stop = await readRecords(segment, fileSize, log, visit);
  if (checkpoint?.segment === base && segment.size < checkpoint.offset) {
    throw new LogDamagedError(
      name,
      `the record at byte ${stop} is damaged or missing, and everything up to byte ${checkpoint.offset} had been stored`,
    );
  }
  if (segment.size < fileSize) await cutTail(segment, fileSize, last, log);
  log.segments.push(segment);
}

function checkHead(name: string, head: SegmentHead, base: number, log: RecoveredLog): void {
  if (head.base !== base)
    throw new LogDamagedError(name, `it is the segment ${segmentName(head.base)} under another name`);
  if (log.logId === undefined) return;
  if (head.logId !== log.logId) throw new LogDamagedError(name, 'it belongs to another log');
  if (base !== log.sequence)
    throw new LogDamagedError(name, `records ${log.sequence} to ${base - 1} are missing before it`);
  if (head.previous !== log.checksum) throw new LogDamagedError(name, 'it does not continue the segment before it');
}

/** Moves `segment.size` and the log's end behind the last whole group; returns where reading stopped. */
async function readRecords(
  segment: Segment,
  fileSize: number,
  log: RecoveredLog,
  visit: (record: LogRecord, segment: Segment, offset: number) => void,
): Promise<number> {
  let group: { record: LogRecord; offset: number }[] = [];
  let chain = log.checksum;
  let sequence = log.sequence;
  let offset = segmentHeader;
  let chunk = await segment.file.read(offset, chunkBytes);
  let chunkAt = offset;
  while (offset < fileSize) {
    const at = offset - chunkAt;
    const record = readRecord(chunk, at, log.logId ?? 0);
    if (record === 'short' && chunkAt + chunk.length < fileSize) {
      const wanted = chunk.length - at >= recordHeader ? recordHeader + chunk.readUInt32LE(at + 4) : 0;
      const bytes = Math.min(Math.max(chunkBytes, wanted), fileSize - offset);
      chunk = await segment.file.read(offset, bytes);
      chunkAt = offset;
      if (chunk.length < bytes) break;
      continue;
    }
    if (typeof record === 'string' || record.sequence !== sequence || previousOf(chunk, at) !== chain) break;
    group.push({ record, offset });
    offset += record.bytes;
    chain = record.checksum;
    sequence++;
    if (!record.closes) continue;
    for (const member of group) accept(member.record, member.offset);
    group = [];
  }
  return offset;

  function accept(record: LogRecord, at: number): void {
    visit(record, segment, at);
    noteIndex(segment, record.sequence, at);
    segment.size = at + record.bytes;
    segment.lastMs = record.timeMs;
    log.sequence = record.sequence + 1;
    log.checksum = record.checksum;
  }
}

/** Remembers where a sequence begins, when the last remembered one is far enough. */
export function noteIndex(segment: Segment, sequence: number, offset: number): void {
  const before = segment.index.at(-1);
  if (!before || offset - before.offset >= indexDistance) segment.index.push({ sequence, offset });
}

/**
 * What lies behind the last whole group was either being written when the machine stopped, or it was stored and is
 * damaged. A later write is the proof: it started only after everything before it was synced.
 */
async function cutTail(segment: Segment, fileSize: number, last: boolean, log: RecoveredLog): Promise<void> {
  if (!last)
    throw new LogDamagedError(segment.name, `the record at byte ${segment.size} is damaged, and later segments follow`);
  const tail = await segment.file.read(segment.size, fileSize - segment.size);
  for (let at = tail.indexOf(magicBytes, 1); at !== -1; at = tail.indexOf(magicBytes, at + 1)) {
    const record = readRecord(tail, at, log.logId ?? 0);
    if (typeof record !== 'string' && record.commit > log.sequence) {
      throw new LogDamagedError(
        segment.name,
        `the record at byte ${segment.size} is damaged, and record ${record.sequence}, written after it was stored, follows`,
      );
    }
  }
  await segment.file.truncate(segment.size);
  await segment.file.sync();
  log.repairs.push(`${segment.name}: cut ${fileSize - segment.size} bytes at its end that had never been acknowledged`);
}
