import { pipeline } from 'node:stream/promises';
import { BackupError } from './backup-error.ts';
import { type Manifest, partsOf } from './manifest.ts';
import { Meter } from './parts.ts';
import type { Place } from './place.ts';

/**
 * Reads every part of a backup as it is stored, which needs no key, and compares it with the manifest.
 * @throws BackupError naming the first that is damaged or missing
 */
export async function verifyStored(place: Place, manifest: Manifest, signal: AbortSignal): Promise<void> {
  const { read } = await place.open(manifest.id);
  for (const { name, bytes, sha256 } of partsOf(manifest)) {
    const meter = new Meter();
    meter.resume();
    await pipeline(await read(name), meter, { signal });
    if (meter.bytes !== bytes || meter.sha256() !== sha256)
      throw new BackupError(`the part ${name} is not what was stored: ${meter.bytes} bytes instead of ${bytes}`);
  }
}
