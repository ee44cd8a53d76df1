import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { inKeysFolder, type KeysFlags, keysFlags, keysFolder } from './parameters.ts';

/** `dormouse keys list`, which is `npm run keys:list`. */
export const list = buildCommand({
  docs: { brief: 'Lists the keys, and from when each of them signs' },
  parameters: { flags: keysFlags },
  async loader() {
    const { readKeys } = await import('@dormouse/auth/keyring');
    return async function listKeys(this: Context, flags: KeysFlags) {
      const found = await inKeysFolder(keysFolder(flags, this), readKeys);
      const keys = found.map(({ kid, startsAt }) => ({
        kid,
        signs_from: new Date(startsAt).toISOString(),
      }));
      if (flags.json) this.terminal.print(JSON.stringify(keys, null, 2));
      else for (const { kid, signs_from } of keys) this.terminal.print(`${kid}  signs from ${signs_from}`);
    };
  },
});
