import { variable } from '@dormouse/runtime/config';
import { signAccessToken, type TokenOptions } from './access-token.ts';
import { openKeyring } from './keyring.ts';

/**
 * An access token of role `operator` without scope, signed with a folder's newest key: for a program on the machine that holds the keys.
 * It speaks for no account: its name cannot be a user name, its id is above every user's.
 */
export function operatorToken(keysFolder: string, options: TokenOptions): Promise<string> {
  const operator = { id: Number.MAX_SAFE_INTEGER, name: 'dormouse:operator', role: 'operator' } as const;
  return signAccessToken(openKeyring(keysFolder).signingKey(), operator, options);
}

// node functions/auth/operator-token.ts FOLDER prints one that is good for five minutes
if (import.meta.main) {
  const [folder = ''] = process.argv.slice(2);
  console.log(await operatorToken(folder, { issuer: variable('ISSUER', 'https://dormouse.dev'), seconds: 300 }));
}
