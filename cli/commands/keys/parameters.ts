import { resolve } from 'node:path';
import { CommandError } from '../../command-error.ts';
import type { Context } from '../../context.ts';
import { flag, option } from '../../parameters.ts';

export interface KeysFlags {
  keysDir?: string;
  json?: boolean;
}

export const keysFlags = {
  keysDir: option('FOLDER', 'Where the keys are (default: KEYS_DIR, or DORMOUSE_HOME/secrets/auth-keys)'),
  json: flag('Print JSON'),
};

/** The folder with the signing keys: as given, or KEYS_DIR, or the local platform's. */
export function keysFolder({ keysDir }: KeysFlags, { env, root }: Context): string {
  const home = env.DORMOUSE_HOME || resolve(root, '.dormouse');
  return resolve(keysDir ?? (env.KEYS_DIR || resolve(home, 'secrets/auth-keys')));
}

/** Runs `work` on a folder of keys. @throws CommandError that names the folder when there is none */
export async function inKeysFolder<T>(folder: string, work: (folder: string) => T | Promise<T>): Promise<T> {
  try {
    return await work(folder);
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' || syscall !== 'scandir') throw error;
    throw new CommandError(
      `there is no folder ${folder}: start the platform once with "npm start", or give --keys-dir`,
    );
  }
}
