export interface DrillOptions {
  /** How long there is load before the backup, and between its end and the end of the home. */
  seconds: number;
  authors: number;
}

export interface DrillReport {
  /** Posts and pictures that were acknowledged before the backup's moment, and after it. */
  acknowledged: { before: number; after: number };
  /** Of those before: not there after the restore. */
  missing: number;
  /** Of those before: there with other words or bytes. */
  changed: number;
  /** Of those after: gone with the home, as they must be. */
  lost: number;
  /** What the restored home held otherwise than the backup, before its platform started. */
  differences: string[];
  /** Posts of before whose events the journal has not got. */
  unarchived: number;
  /** Whether `dormouse verify` found every count right. */
  countsAreRight: boolean;
  tables: number;
  rows: number;
  files: number;
  backupMs: number;
  /** From the backup's moment to the end of the home: what was written then is lost. */
  rpoMs: number;
  /** From the begin of the restore until the blog answers, and the restore alone. */
  rtoMs: number;
  restoreMs: number;
}

/** Whether a drill proved the backup. Without anything lost it would not notice a backup of another moment. */
export const isProven = ({
  missing,
  changed,
  lost,
  differences,
  unarchived,
  countsAreRight,
  acknowledged,
}: DrillReport) =>
  missing + changed + unarchived + differences.length === 0 && countsAreRight && acknowledged.before > 0 && lost > 0;
