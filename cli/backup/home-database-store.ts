import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { outsideOf, startPostgres } from '@dormouse/backing/postgres';
import { BackupError } from '@dormouse/backup/backup-error';
import { databaseStore } from '@dormouse/backup/database-store';
import type { Store } from '@dormouse/backup/store';

export interface HomeDatabaseOptions {
  home: string;
  /** Where a restore prepares a server's data. */
  staging: string;
  functions: string;
  /** Its platform runs. */
  isRunning: boolean;
  progress: (line: string) => void;
}

/** The database that a home's platform runs. One that does not run is started for the backup. */
export function homeDatabaseStore({ home, staging, functions, isRunning, progress }: HomeDatabaseOptions): Store {
  const data = join(home, 'postgres');
  return {
    name: 'database',
    async backUp(write) {
      if (isRunning) return databaseStore({ url: runningUrl(home), functions }).backUp(write);
      if (!hasServer(data))
        throw new BackupError(`${home} has no database of its own: set DATABASE_URL to the one that its platform uses`);
      const server = await startPostgres({ home: data, progress });
      return databaseStore({ url: server.url, functions }).backUp(write).finally(server.stop);
    },
    async stage(section, read) {
      const remove = () => {
        for (const folder of [staging, outsideOf(staging)]) rmSync(folder, { recursive: true, force: true });
      };
      const server = await startPostgres({ home: staging });
      try {
        const staged = await databaseStore({ url: server.url, functions }).stage(section, read);
        await staged.commit();
        await server.stop();
        return { summary: staged.summary, commit: async () => {}, discard: async () => remove() };
      } catch (error) {
        await server.stop();
        remove();
        throw error;
      }
    },
  };
}

const hasServer = (data: string) => [data, outsideOf(data)].some((folder) => existsSync(join(folder, 'data/complete')));

/** The administrator's URL, which the platform writes at each start. */
function runningUrl(home: string): string {
  try {
    return readFileSync(join(home, 'secrets/migrate-database/DATABASE_URL'), 'utf8');
  } catch {
    throw new BackupError(`the platform of ${home} is starting: try again`);
  }
}
