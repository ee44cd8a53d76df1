import { newBackupId } from './backup-id.ts';
import { type Lock, sealerFor } from './encryption.ts';
import { formatVersion, type Manifest, writeManifest } from './manifest.ts';
import { partWriter } from './parts.ts';
import type { Place } from './place.ts';
import type { Store } from './store.ts';

export interface CreateBackupOptions {
  place: Place;
  /** In the order in which they are copied: what refers to something before what it refers to. */
  stores: readonly Store[];
  /** Names of stores that are left out on purpose. */
  omitted?: readonly string[];
  lock?: Lock | undefined;
  /** Version of the platform. */
  version: string;
  signal: AbortSignal;
  progress?: (line: string) => void;
  now?: () => number;
}

/** Makes a backup. Whatever ends it early, nobody takes it for a whole one. @throws BackupError, the disk's error, the signal's reason */
export async function createBackup({
  place,
  stores,
  omitted = [],
  lock,
  version,
  signal,
  progress = () => {},
  now = Date.now,
}: CreateBackupOptions): Promise<Manifest> {
  const startedAt = new Date(now()).toISOString();
  const sealer = lock && (await sealerFor(lock));
  const id = newBackupId(now());
  const backup = await place.begin(id);
  try {
    const write = partWriter(backup, sealer, signal);
    const sections: Manifest['stores'] = {};
    for (const store of stores) {
      progress(`backing up: ${store.name}`);
      sections[store.name] = await store.backUp(write);
    }
    signal.throwIfAborted();
    const manifest: Manifest = {
      format: formatVersion,
      id,
      version,
      startedAt,
      finishedAt: new Date(now()).toISOString(),
      encryption: sealer?.encryption ?? null,
      omitted: [...omitted],
      stores: sections,
    };
    await backup.finish(writeManifest(manifest));
    return manifest;
  } catch (error) {
    await backup.abandon().catch(() => {}); // report the first error only; a later backup removes what is left
    throw signal.aborted ? signal.reason : error;
  }
}
