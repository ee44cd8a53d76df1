import { finished } from 'node:stream/promises';
import { BackupError } from './backup-error.ts';
import { type Key, openerFor } from './encryption.ts';
import { type Manifest, partsOf, readManifest } from './manifest.ts';
import { partReader, type ReadPart } from './parts.ts';
import type { Place } from './place.ts';

export interface OpenBackupOptions {
  place: Place;
  /** Default: the newest. */
  id?: string | undefined;
  key?: Key | undefined;
}

export interface OpenBackup {
  readonly manifest: Manifest;
  readonly read: ReadPart;
}

/** @throws BackupError when there is none, its manifest is damaged or of a newer format, or the key is not its own */
export async function openBackup({ place, id: wanted, key }: OpenBackupOptions): Promise<OpenBackup> {
  const id = wanted ?? (await place.list()).at(-1);
  if (!id) throw new BackupError(`there is no whole backup in ${place.name}`);
  const stored = await place.open(id);
  const manifest = readManifest(stored.manifest);
  if (manifest.id !== id) throw new BackupError(`the backup ${id} calls itself ${manifest.id}`);
  const opener = manifest.encryption ? await openerFor(manifest.encryption, key) : undefined;
  return { manifest, read: partReader(stored, opener) };
}

/** Reads every part and compares it with the manifest. @throws BackupError naming the first that is damaged or missing */
export async function verifyBackup(
  { manifest, read }: OpenBackup,
  signal: AbortSignal,
): Promise<{ parts: number; bytes: number }> {
  const parts = partsOf(manifest);
  for (const part of parts) {
    signal.throwIfAborted();
    await finished((await read(part)).resume());
  }
  return { parts: parts.length, bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0) };
}
