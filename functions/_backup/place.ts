import type { Readable } from 'node:stream';

/** How long after its last new part an unfinished backup counts as left behind; in a bucket, after its begin. */
export const leftBehindMs = 24 * 60 * 60 * 1000;

/** Where backups are kept. Each has an id; it is there once its manifest is. */
export interface Place {
  /** As a user writes it. */
  readonly name: string;
  /** Ids of the whole backups, oldest first. */
  list(): Promise<string[]>;
  begin(id: string): Promise<UnfinishedBackup>;
  /** @throws BackupError when there is no whole backup of this id */
  open(id: string): Promise<StoredBackup>;
  remove(id: string): Promise<void>;
  /** Removes what backups left behind that were killed more than a day ago. @returns their ids */
  tidy(): Promise<string[]>;
}

/** A backup that nobody takes for a whole one until `finish`. */
export interface UnfinishedBackup {
  /** Resolves once the part is on disk. */
  write(part: string, content: Readable): Promise<void>;
  /** Stores the manifest, which makes the backup a whole one. */
  finish(manifest: string): Promise<void>;
  /** Removes what was written. */
  abandon(): Promise<void>;
}

export interface StoredBackup {
  readonly manifest: string;
  /** @throws BackupError when the part is missing */
  read(part: string): Promise<Readable>;
}
