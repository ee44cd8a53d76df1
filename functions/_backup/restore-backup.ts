import type { OpenBackup } from './open-backup.ts';
import { verifyBackup } from './open-backup.ts';
import type { StagedRestore, Store } from './store.ts';

export interface RestoreBackupOptions {
  backup: OpenBackup;
  /** In the order in which they are put in place. */
  stores: readonly Store[];
  /** Nothing is put in place: what was prepared and compared is thrown away. */
  isTrial?: boolean;
  signal: AbortSignal;
  progress?: (line: string) => void;
}

/**
 * Restores the stores that the backup holds. Everything is read and checked before anything is prepared, and everything is prepared
 * before anything is changed. @returns what was restored, by name
 */
export async function restoreBackup({
  backup,
  stores,
  isTrial = false,
  signal,
  progress = () => {},
}: RestoreBackupOptions): Promise<Record<string, string>> {
  progress('checking every part');
  await verifyBackup(backup, signal);
  const staged: { name: string; restore: StagedRestore }[] = [];
  try {
    for (const { name, stage } of stores) {
      const section = backup.manifest.stores[name];
      if (!section) continue;
      signal.throwIfAborted();
      progress(`restoring: ${name}`);
      staged.push({ name, restore: await stage(section, backup.read) });
    }
    signal.throwIfAborted();
  } catch (error) {
    for (const { restore } of staged) await restore.discard().catch(() => {}); // report the first error only
    throw error;
  }
  for (const { restore } of staged) await (isTrial ? restore.discard() : restore.commit());
  return Object.fromEntries(staged.map(({ name, restore }) => [name, restore.summary]));
}
