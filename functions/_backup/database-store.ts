import { migrationsOf } from '@dormouse/runtime/migrations-of';
import postgres from 'postgres';
import { backUpDatabase } from './back-up-database.ts';
import { BackupError } from './backup-error.ts';
import type { Connection } from './copy-sql.ts';
import type { DatabaseSection } from './manifest.ts';
import { restoreDatabase } from './restore-database.ts';
import type { Store } from './store.ts';

export interface DatabaseStoreOptions {
  /** The administrator's URL. */
  url: string;
  /** Folder of this version's functions, with their migrations. */
  functions: string;
  /** A restore replaces what is there. */
  isForced?: boolean;
  /** How long migrations, other restores, and who uses the tables are waited for. */
  patienceMs?: number;
}

/** The tables of all functions, in PostgreSQL. */
export function databaseStore({ url, functions, isForced = false, patienceMs = 30_000 }: DatabaseStoreOptions): Store {
  return {
    name: 'database',
    backUp: async (write) => {
      const { connection, close } = await connect(url);
      const known = migrationsOf(functions).map(({ name }) => name);
      return backUpDatabase(connection, { known, patienceMs, write })
        .catch((error: unknown) => {
          throw readable(error);
        })
        .finally(close);
    },
    async stage(section, read) {
      if (section.kind !== 'database') throw new BackupError('the backup holds no tables under the name database');
      const { connection, close } = await connect(url);
      try {
        const outcome = await restoreDatabase(connection, { section, read, functions, isForced, patienceMs });
        return {
          summary: summaryOf(section, outcome === 'already there'),
          commit: async () => {
            await connection`COMMIT`;
            await close();
          },
          discard: close,
        };
      } catch (error) {
        await close();
        throw readable(error);
      }
    },
  };
}

async function connect(url: string): Promise<{ connection: Connection; close: () => Promise<void> }> {
  const sql = postgres(url, {
    max: 1,
    onnotice: () => {},
    connect_timeout: 10,
    max_lifetime: null,
    idle_timeout: 0,
    connection: { application_name: 'backup' },
  });
  const close = () => sql.end({ timeout: 0 });
  try {
    const connection = await sql.reserve();
    await connection`SELECT 1`;
    return { connection, close };
  } catch (error) {
    await close();
    throw new BackupError(
      `the database does not answer: ${(error as Error).message || (error as { code?: string }).code}`,
      {
        cause: error,
      },
    );
  }
}

/** What PostgreSQL says, for whoever did not see the statement. */
function readable(error: unknown): unknown {
  if ((error as { code?: string }).code === '55P03')
    return new BackupError('somebody uses the tables: stop the platform first', { cause: error });
  if (error instanceof Error && error.name === 'PostgresError')
    return new BackupError(`the database refuses the backup: ${error.message}; nothing was changed`, { cause: error });
  return error;
}

const summaryOf = ({ tables, moment }: DatabaseSection, isThere: boolean): string =>
  `${tables.reduce((sum, { rows }) => sum + rows, 0)} rows of ${tables.length} tables as of ${moment}${isThere ? ' (they were there already)' : ''}`;
