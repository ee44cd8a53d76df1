import { mkdirSync } from 'node:fs';
import type { Manifest } from '@dormouse/backup/manifest';
import { lockOf } from './home-lock.ts';
import { checkTarget, commitRestore, discardStaging, finishInterrupted, prepareStaging } from './home-restore.ts';

/**
 * Prepares a restore beside what a home holds, then moves it into place.
 * @param work prepares it, and returns what it restored by store
 * @throws BackupError when the home is in use, or holds something and is not to be replaced
 */
export async function restoreIntoHome(
  home: string,
  manifest: Manifest,
  isForced: boolean,
  work: () => Promise<Record<string, string>>,
): Promise<Record<string, string>> {
  mkdirSync(home, { recursive: true });
  const release = lockOf(home, ': stop it, or restore into another folder with --into');
  try {
    if (finishInterrupted(home) === manifest.id && !isForced)
      return Object.fromEntries(Object.keys(manifest.stores).map((name) => [name, 'was restored already']));
    checkTarget(home, isForced);
    prepareStaging(home);
    const restored = await work().catch((error: unknown) => {
      discardStaging(home);
      throw error;
    });
    commitRestore(home, manifest.id);
    return restored;
  } finally {
    release();
  }
}
