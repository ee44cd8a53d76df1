import type postgres from 'postgres';
import { type Catalog, readCatalog } from './catalog.ts';

/** What a migration did to tables that were there before, and to what a program can see of the schemas. */
export interface Observation {
  before: Catalog;
  after: Catalog;
  tables: readonly TouchedTable[];
}

export interface TouchedTable {
  name: string;
  /** The strongest of its locks that keep requests away; undefined: none does. */
  lock: HeldUp | undefined;
  /** All rows were written anew. */
  isRewritten: boolean;
  /** It was read from its begin, however few rows it has. */
  isScanned: boolean;
  /** Rows were inserted, changed or deleted. */
  isWritten: boolean;
}

/** Who waits for a lock's end. */
export type HeldUp = 'writers' | 'everybody';

interface Counts {
  name: string;
  node: string;
  scans: number;
  writes: number;
  modes: string[];
}

/**
 * Runs a migration as its function's role in one transaction, as the Job does, and says what PostgreSQL did. Few rows are enough: what is
 * asked is whether a table is read or written whole, not how long that takes.
 */
export async function observeMigration(
  connection: postgres.ReservedSql,
  { role, text, schemas }: { role: string; text: string; schemas: readonly string[] },
): Promise<Observation> {
  const before = await readCatalog(connection, schemas);
  await connection`BEGIN`;
  const counted = await readCounts(connection, schemas);
  await connection.unsafe(`SET LOCAL ROLE ${role}; SET LOCAL search_path = ${role}; ${text}\n; RESET ROLE`);
  const counts = new Map((await readCounts(connection, schemas)).map((each) => [each.name, each]));
  await connection`COMMIT`;
  const tables = counted.flatMap((was): TouchedTable[] => {
    const is = counts.get(was.name);
    if (!is) return [];
    return [
      {
        name: was.name,
        lock: heldUpBy(is.modes),
        isRewritten: is.node !== was.node,
        isScanned: is.scans > was.scans,
        isWritten: is.writes > was.writes,
      },
    ];
  });
  return { before, after: await readCatalog(connection, schemas), tables };
}

const readCounts = (connection: postgres.ReservedSql, schemas: readonly string[]) => connection<Counts[]>`
  SELECT format('%s.%s', n.nspname, c.relname) AS name, c.relfilenode::text AS node,
    pg_stat_get_xact_numscans(c.oid)::float8 AS scans,
    (pg_stat_get_xact_tuples_inserted(c.oid) + pg_stat_get_xact_tuples_updated(c.oid) + pg_stat_get_xact_tuples_deleted(c.oid))::float8 AS writes,
    ARRAY(SELECT mode FROM pg_locks WHERE relation = c.oid AND pid = pg_backend_pid() AND granted) AS modes
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY (${[...schemas]}) AND c.relkind = 'r' ORDER BY 1`;

/** https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-TABLES */
function heldUpBy(modes: readonly string[]): HeldUp | undefined {
  if (modes.includes('AccessExclusiveLock')) return 'everybody';
  return modes.some((mode) => ['ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock'].includes(mode))
    ? 'writers'
    : undefined;
}
