import { BackupError } from './backup-error.ts';
import { createBackup } from './create-backup.ts';
import { databaseStore } from './database-store.ts';
import type { Retention } from './kept-backups.ts';
import { type Manifest, partsOf } from './manifest.ts';
import { openPlace } from './open-place.ts';
import { pruneBackups } from './prune-backups.ts';
import { verifyStored } from './verify-stored.ts';

export interface NightlyOptions {
  /** See job.ts. */
  env: Readonly<Record<string, string | undefined>>;
  /** Folder of this version's functions, with their migrations. */
  functions: string;
  version: string;
  signal: AbortSignal;
  print: (line: string) => void;
}

/** A migration may need some minutes. */
const patienceMs = 300_000;

/** Backs a database up, reads what was stored, and only then removes what is old. @throws Error when there is no new backup that is whole */
export async function nightly({ env, functions, version, signal, print }: NightlyOptions): Promise<void> {
  const url = env.DATABASE_DIRECT_URL || demand(env, 'DATABASE_URL');
  const { place, id } = await openPlace(demand(env, 'BACKUP_PLACE'), env);
  if (id) throw new BackupError('BACKUP_PLACE names a backup: name the folder or bucket that it is in');
  const retention = retentionOf(env);
  const manifest = await createBackup({
    place,
    stores: [databaseStore({ url, functions, patienceMs })],
    omitted: ['events', 'pictures', 'keys'],
    lock: lockOf(demand(env, 'BACKUP_RECIPIENT')),
    version,
    signal,
    progress: print,
  });
  await verifyStored(place, manifest, signal);
  print(sentence(manifest));
  if (retention) await pruneBackups({ place, retention, progress: print });
}

/** That readers of the bucket can read the rows too has to be said. */
const lockOf = (recipient: string) => (recipient === 'none' ? undefined : { recipient });

function sentence(manifest: Manifest): string {
  const { database } = manifest.stores;
  if (database?.kind !== 'database') throw new BackupError('the backup holds no database');
  const rows = database.tables.reduce((sum, table) => sum + table.rows, 0);
  const bytes = partsOf(manifest).reduce((sum, part) => sum + part.bytes, 0);
  return `stored ${manifest.id}: ${rows} rows of ${database.tables.length} tables as of ${database.moment}, ${bytes} bytes`;
}

function retentionOf(env: NightlyOptions['env']): Retention | undefined {
  const [newest, daily, weekly, monthly] = ['NEWEST', 'DAILY', 'WEEKLY', 'MONTHLY'].map((name) =>
    count(env, `BACKUP_KEEP_${name}`),
  ) as [number, number, number, number];
  return newest + daily + weekly + monthly === 0 ? undefined : { newest: Math.max(1, newest), daily, weekly, monthly };
}

function count(env: NightlyOptions['env'], name: string): number {
  const text = env[name] || '0';
  if (!/^\d{1,5}$/.test(text)) throw new BackupError(`${name} must be a whole number`);
  return Number(text);
}

function demand(env: NightlyOptions['env'], name: string): string {
  const value = env[name];
  if (!value) throw new BackupError(`the environment variable ${name} is missing`);
  return value;
}
