import { generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { readKeys, withoutRetired } from './keyring.ts';

/** Makes the first key of a folder, which signs at once. @returns its kid; undefined when the folder has keys already. */
export function initKeys(folder: string, now = Date.now()): string | undefined {
  const filled = existsSync(folder) && readdirSync(folder).some((file) => file.endsWith('.private.jwk'));
  return filled ? undefined : addKey(folder, now);
}

export interface Rotation {
  /** The new key's kid, and from when it signs (epoch ms). */
  added: string;
  startsAt: number;
  /** kids whose files were removed. */
  dropped: string[];
}

/**
 * Adds a key that is published now and signs after `activateAfterMs`, so that everybody knows it by then; removes keys
 * that have been replaced for longer than any token lives.
 *
 * `dropOthers` is for a stolen key: the new key signs immediately and all others are removed, so that every access token is rejected
 * within 5 seconds; sessions survive, they do not hang on these keys.
 */
export function rotateKeys(
  folder: string,
  options: { now?: number; activateAfterMs: number; dropOthers?: boolean },
): Rotation {
  const now = options.now ?? Date.now();
  const before = readKeys(folder);
  const kept = options.dropOthers ? [] : withoutRetired(before, now);
  const after = options.dropOthers ? 0 : options.activateAfterMs;
  // kids sort by time: a new one is always the newest, also after a rotation that waits in the future.
  // A kid holds whole seconds, and whoever reads the folder knows no more.
  const startsAt = Math.floor(Math.max(now + after, (kept.at(-1)?.startsAt ?? 0) + 1000) / 1000) * 1000;
  const added = addKey(folder, startsAt);
  const dropped = before.filter((key) => !kept.includes(key)).map((key) => key.kid);
  for (const kid of dropped) rmSync(join(folder, `${kid}.private.jwk`), { force: true });
  return { added, startsAt, dropped };
}

/** Writes a new key as one whole file that only its owner may read. */
function addKey(folder: string, startsAt: number): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const kid = `${new Date(startsAt).toISOString().replace(/\.\d+|[-:]/g, '')}-${randomBytes(4).toString('hex')}`;
  const jwk = { ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }), kid };
  const unfinished = join(folder, `.${kid}`);
  const file = openSync(unfinished, 'wx', 0o600);
  writeSync(file, `${JSON.stringify(jwk)}\n`);
  fsyncSync(file);
  closeSync(file);
  chmodSync(unfinished, 0o600);
  renameSync(unfinished, join(folder, `${kid}.private.jwk`));
  return kid;
}
