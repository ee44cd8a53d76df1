import type { Key } from '@dormouse/backup/encryption';
import { type OpenBackup, openBackup } from '@dormouse/backup/open-backup';
import { openPlace } from '@dormouse/backup/open-place';
import type { Context } from '../context.ts';
import { UsageError } from '../usage-error.ts';
import { secretOf } from './secret-file.ts';

export interface KeyFlags {
  identityFile?: string;
  passphraseFile?: string;
}

/** The backup that an argument names: one by its id, or the newest of a place. */
export async function opened({ env }: Pick<Context, 'env'>, flags: KeyFlags, at: string): Promise<OpenBackup> {
  const { place, id } = await openPlace(at, env);
  return openBackup({ place, id, key: keyOf(flags) });
}

function keyOf({ identityFile, passphraseFile }: KeyFlags): Key | undefined {
  if (identityFile !== undefined && passphraseFile !== undefined)
    throw new UsageError('--identity-file and --passphrase-file exclude each other');
  if (identityFile !== undefined) return { identity: secretOf('identity-file', identityFile) };
  return passphraseFile === undefined ? undefined : { passphrase: secretOf('passphrase-file', passphraseFile) };
}
