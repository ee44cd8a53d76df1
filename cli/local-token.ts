import { existsSync } from 'node:fs';
import { CommandError } from './command-error.ts';

/** Signs a token with the keys of a folder, for so many seconds. */
export type Sign = (keysFolder: string, token: { issuer: string; seconds: number }) => string | Promise<string>;

/**
 * A token for an hour, signed with the keys of the platform on this machine.
 * @throws CommandError when the platform has never run here, or this user may not read its keys
 */
export async function localToken(keysFolder: string, issuer: string, sign: Sign): Promise<string> {
  if (!existsSync(keysFolder))
    throw new CommandError(
      `no token: there are no signing keys in ${keysFolder}; start the platform with "npm start", or give --token`,
    );
  try {
    return await sign(keysFolder, { issuer, seconds: 3600 });
  } catch (error) {
    throw new CommandError(`no token: ${(error as Error).message}; give --token`);
  }
}
