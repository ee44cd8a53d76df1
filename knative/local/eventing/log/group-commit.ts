import { type Position, recordHeader, writeRecord } from './record.ts';
import type { Segment } from './recover-log.ts';

/** Records that were asked to be appended together, and who is told. */
export interface Pending {
  group: readonly Buffer[];
  stored: (positions: Position[]) => void;
  failed: (error: unknown) => void;
}

/** Most bytes of one write. */
const commitBytes = 4 * 1024 * 1024;

/** Bytes of a group on disk. */
export const bytesOf = ({ group }: Pending) => group.reduce((sum, payload) => sum + payload.length + recordHeader, 0);

/** Takes from the queue what shares the next write: at least one group. */
export function takeCommit(queue: Pending[], maxRecords: number): Pending[] {
  let records = 0;
  let bytes = 0;
  let count = 0;
  for (const pending of queue) {
    const size = bytesOf(pending);
    if (count > 0 && (records + pending.group.length > maxRecords || bytes + size > commitBytes)) break;
    records += pending.group.length;
    bytes += size;
    count++;
  }
  return queue.splice(0, count);
}

export interface CommitPosition {
  logId: number;
  /** Checksum of the last record before. */
  checksum: number;
  /** The first sequence. */
  sequence: number;
  /** It is written at this segment's end. */
  segment: Segment;
  timeMs: number;
}

/** One write to a log, and where the log stands after it. */
export interface Commit {
  buffer: Buffer;
  /** Of each group, where its records begin. */
  positions: Position[][];
  checksum: number;
  sequence: number;
}

/** The records of groups as one write has them. `bytes` is their size on disk. */
export function encodeCommit(
  taken: readonly Pending[],
  bytes: number,
  { logId, checksum, sequence, segment, timeMs }: CommitPosition,
): Commit {
  const commit: Commit = { buffer: Buffer.allocUnsafeSlow(bytes), positions: [], checksum, sequence };
  let offset = 0;
  for (const { group } of taken) {
    commit.positions.push(
      group.map((payload, i) => {
        const position = { sequence: commit.sequence, segment: segment.base, offset: segment.size + offset };
        commit.checksum = writeRecord(commit.buffer, offset, {
          logId,
          previous: commit.checksum,
          sequence: commit.sequence,
          timeMs,
          ordinal: commit.sequence - sequence,
          closes: i === group.length - 1,
          payload,
        });
        offset += recordHeader + payload.length;
        commit.sequence++;
        return position;
      }),
    );
  }
  return commit;
}
