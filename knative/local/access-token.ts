import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of the file in DORMOUSE_HOME that holds the secret of the loopback ports. */
export const accessTokenFile = 'access-token';

/**
 * The secret that whoever changes something through a loopback port has to know. It is made at the first start; only the
 * owner may read its file, and a new one is made when the file is deleted.
 */
export function accessToken(home: string): string {
  const file = join(home, accessTokenFile);
  const kept = readAccessToken(home);
  if (kept !== undefined) {
    chmodSync(file, 0o600);
    return kept;
  }
  const made = randomBytes(32).toString('hex');
  writeFileSync(file, `${made}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  return made;
}

/** The secret of a home, if it has one. */
export function readAccessToken(home: string): string | undefined {
  try {
    const text = readFileSync(join(home, accessTokenFile), 'utf8').trim();
    return /^[0-9a-f]{64}$/.test(text) ? text : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
