/** A backup or a restore cannot be done, for a reason that its reader can mend. */
export class BackupError extends Error {
  override name = 'BackupError';
}
