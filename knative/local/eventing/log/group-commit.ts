import { type Position, recordHeader, writeRecord } from './record.ts';
import type { Segment } from './recover-log.ts';

/** A group of records to append together, and the callbacks for its result. */
export interface Pending {
  group: readonly Buffer[];
  stored: (positions: Position[]) => void;
  failed: (error: unknown) => void;
}

/** Maximum bytes of one write. */
const commitBytes = 4 * 1024 * 1024;

/** Bytes of a group on disk. */
export const bytesOf = ({ group }: Pending) => group.reduce((sum, payload) => sum + payload.length + recordHeader, 0);

/** Removes from the queue the groups that share the next write: at least one. */
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
  /** Checksum of the preceding record. */
  checksum: number;
  /** The first sequence. */
  sequence: number;
  /** The segment to append to. */
  segment: Segment;
  timeMs: number;
}

/** One write to a log, and the log's state after it. */
export interface Commit {
  buffer: Buffer;
  /** For each group, the positions of its records. */
  positions: Position[][];
  checksum: number;
  sequence: number;
}

/** Encodes groups of records for one write. `bytes` is their size on disk. */
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
