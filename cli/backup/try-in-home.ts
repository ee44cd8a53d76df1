import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outsideOf } from '@dormouse/backing/postgres';
import { createBackup } from '@dormouse/backup/create-backup';
import { differencesBetween } from '@dormouse/backup/differences';
import type { Manifest } from '@dormouse/backup/manifest';
import { nowhere } from '@dormouse/backup/nowhere';
import type { OpenBackup } from '@dormouse/backup/open-backup';
import { restoreBackup } from '@dormouse/backup/restore-backup';
import { isCheckpoint } from './events-store.ts';
import { discardStaging } from './home-restore.ts';
import { restoreIntoHome } from './into-home.ts';
import { storesOf } from './stores.ts';

export interface Trial {
  /** By store. */
  restored: Record<string, string>;
  restoreMs: number;
  /** Between the backup and what was restored. */
  differences: string[];
}

interface TryOptions {
  backup: OpenBackup;
  root: string;
  signal: AbortSignal;
  progress: (line: string) => void;
}

/** Restores a backup into a home of its own, backs that up again, compares the two, and removes the home. */
export async function tryInHome({ backup, root, signal, progress }: TryOptions): Promise<Trial> {
  const { manifest } = backup;
  const work = mkdtempSync(join(tmpdir(), 'dormouse-trial-'));
  chmodSync(work, 0o755); // PostgreSQL's user has to enter it
  const home = join(work, 'home');
  const all = storesOf({ home, databaseUrl: undefined, root, hasKeys: true, isRunning: false, progress });
  const stores = all.filter(({ name }) => name in manifest.stores);
  try {
    const began = performance.now();
    const restored = await restoreIntoHome(home, manifest, false, () =>
      restoreBackup({ backup, stores, signal, progress }),
    );
    const restoreMs = performance.now() - began;
    progress('comparing what was restored with the backup');
    const again = await createBackup({ place: nowhere, stores, version: manifest.version, signal });
    return { restored, restoreMs, differences: differencesBetween(comparable(manifest, again), again, isCheckpoint) };
  } finally {
    discardStaging(home);
    rmSync(outsideOf(join(home, 'postgres')), { recursive: true, force: true });
    rmSync(work, { recursive: true, force: true });
  }
}

/** Tables of an older version have been changed since they were restored and compared: migrations brought them up to this one. */
function comparable(before: Manifest, now: Manifest): Pick<Manifest, 'stores'> {
  const { database, ...rest } = before.stores;
  const newer = now.stores.database;
  if (database?.kind !== 'database' || newer?.kind !== 'database') return before;
  return newer.migrations.length > database.migrations.length ? { stores: rest } : before;
}
