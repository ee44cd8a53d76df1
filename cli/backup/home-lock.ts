import { BackupError } from '@dormouse/backup/backup-error';
import { HomeInUse, lockHome } from '@dormouse/local/home-lock';

/** Takes a home for this process. @returns how to give it back @throws BackupError with the holder and what to do */
export function lockOf(home: string, advice: string): () => void {
  try {
    return lockHome(home);
  } catch (error) {
    if (!(error instanceof HomeInUse)) throw error;
    throw new BackupError(`${home} is in use by process ${error.pid}${advice}`);
  }
}
