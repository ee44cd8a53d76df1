import { existsSync } from 'node:fs';
import { importToken } from '@dormouse/auth/import-token';
import { Mistake } from '../usage-error.ts';

/**
 * A token for an hour, that may import unless told otherwise, signed with the keys of the platform on this machine.
 * @throws Mistake when the platform has never run here, or its keys are somebody else's to read
 */
export async function localToken(keysFolder: string, issuer: string, sign = importToken): Promise<string> {
  if (!existsSync(keysFolder))
    throw new Mistake(
      `no token: there are no signing keys in ${keysFolder}; start the platform with "npm start", or give --token`,
    );
  try {
    return await sign(keysFolder, { issuer, seconds: 3600 });
  } catch (error) {
    throw new Mistake(`no token: ${(error as Error).message}; give --token`);
  }
}
