import type { Section } from './manifest.ts';
import type { ReadPart, WritePart } from './parts.ts';

/**
 * Something that a backup holds: the database, the Broker's log, pictures, keys. A new one implements this and joins the list that
 * `createBackup` and `restoreBackup` are given.
 */
export interface Store {
  /** Lower case; its name in the manifest. */
  readonly name: string;
  /** Writes its parts. What it had acknowledged before is in them. */
  backUp(write: WritePart): Promise<Section>;
  /**
   * Prepares a restore beside what is there, which stays as it is, and checks that it equals the backup.
   * @throws BackupError when the target is not empty, or the backup does not fit this version
   */
  stage(section: Section, read: ReadPart): Promise<StagedRestore>;
}

/** A restore that only has to be put in the place of what is there. */
export interface StagedRestore {
  /** What it restored, for people. */
  readonly summary: string;
  commit(): Promise<void>;
  /** Removes what was prepared; nothing has changed. */
  discard(): Promise<void>;
}
