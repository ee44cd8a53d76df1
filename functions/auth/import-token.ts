import { signAccessToken, type TokenOptions } from './access-token.ts';
import { openKeyring } from './keyring.ts';

/**
 * An access token of scope `import`, signed with a folder's newest key: for a program on the machine that holds the keys.
 * It speaks for no account: its name cannot be a user name, its id is above every user's.
 */
export function importToken(keysFolder: string, options: TokenOptions): Promise<string> {
  const importer = { id: Number.MAX_SAFE_INTEGER, name: 'dormouse:import', role: 'admin', scope: 'import' } as const;
  return signAccessToken(openKeyring(keysFolder).signingKey(), importer, options);
}
