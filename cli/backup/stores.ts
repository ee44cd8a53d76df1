import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BackupError } from '@dormouse/backup/backup-error';
import { databaseStore } from '@dormouse/backup/database-store';
import type { Store } from '@dormouse/backup/store';
import { isHome } from '@dormouse/local/home-marker';
import { runningAddress } from '@dormouse/local/running-address';
import type { Context } from '../context.ts';
import { eventsStore } from './events-store.ts';
import { homeDatabaseStore } from './home-database-store.ts';
import { homeFilesStore, isKey, isWhole } from './home-files-store.ts';
import { lockOf } from './home-lock.ts';
import { stagingOf } from './home-restore.ts';

export interface Origin {
  /** Folder of the local platform; undefined where only a database of one's own is meant. */
  home: string | undefined;
  /** DATABASE_URL, where set. */
  databaseUrl: string | undefined;
}

/**
 * What a backup is of: a home that is named, with the database that its platform uses; or DATABASE_URL alone, so that the keys of a
 * laptop never get into the backup of a cluster.
 */
export function originOf({ env, root }: Pick<Context, 'env' | 'root'>, given: string | undefined): Origin {
  const named = given ?? (env.DORMOUSE_HOME || undefined);
  const databaseUrl = env.DATABASE_URL || undefined;
  const home = named ?? (databaseUrl ? undefined : join(root, '.dormouse'));
  return { home: home && resolve(home), databaseUrl };
}

export interface StoresOptions extends Origin {
  root: string;
  hasKeys: boolean;
  isForced?: boolean;
  isRunning: boolean;
  progress: (line: string) => void;
}

/** All stores, in the order of a backup: the Broker's events before the database that knows of them, pictures after the posts that show them. */
export function storesOf({
  home,
  databaseUrl,
  root,
  hasKeys,
  isForced = false,
  isRunning,
  progress,
}: StoresOptions): Store[] {
  const functions = join(root, 'functions');
  if (home === undefined) return [databaseStore({ url: databaseUrl!, functions, isForced })];
  const staged = (name: string) => join(stagingOf(home), name);
  const files = (name: string, folder: string, isWanted: (path: string) => boolean) =>
    homeFilesStore({ name, folder: join(home, folder), staging: staged(folder), isWanted });
  return [
    eventsStore(join(home, 'events'), staged('events')),
    databaseUrl
      ? databaseStore({ url: databaseUrl, functions, isForced })
      : homeDatabaseStore({ home, staging: staged('postgres'), functions, isRunning, progress }),
    files('pictures', 'volumes', isWhole),
    ...(hasKeys ? [files('keys', 'secrets', isKey)] : []),
  ];
}

/**
 * Holds a home for a backup: of a running platform nothing is held, of another one the lock, so that it does not start meanwhile.
 * @throws BackupError when there is no home, or another backup is at work
 */
export function holdHome(home: string): { isRunning: boolean; release: () => void } {
  if (!existsSync(home) || !isHome(home))
    throw new BackupError(`${home} is no folder of the local platform: nothing to back up`);
  if (runningAddress(home) !== undefined) return { isRunning: true, release: () => {} };
  const release = lockOf(home, ', which is no running platform: a start, or another backup; try again');
  return { isRunning: false, release };
}
