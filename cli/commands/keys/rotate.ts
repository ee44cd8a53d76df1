import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { flag, option, wholeNumber } from '../../parameters.ts';
import { inKeysFolder, type KeysFlags, keysFlags, keysFolder } from './parameters.ts';

interface RotateFlags extends KeysFlags {
  activateAfter?: number;
  dropOthers?: boolean;
}

/** `dormouse keys rotate`, which is `npm run keys:rotate`. */
export const rotate = buildCommand({
  docs: {
    brief: 'Adds a key; it is published now and signs in 6 minutes',
    fullDescription: [
      'Adds a key. It is published now and signs in 6 minutes, when everybody who caches the JWKS has seen it.',
      '',
      'If a key was stolen, --drop-others signs with the new one at once and forgets all others: access tokens end',
      'within 5 seconds, people stay logged in.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      ...keysFlags,
      activateAfter: option(
        'SECONDS',
        'When the new key begins to sign; 0 is now (default: 360)',
        wholeNumber(0, 9_999_999),
      ),
      dropOthers: flag('Sign with the new key now, forget all others'),
    },
  },
  async loader() {
    const [{ rotateKeys }, { activateAfterSeconds }] = await Promise.all([
      import('@dormouse/auth/key-folder'),
      import('@dormouse/auth/activation'),
    ]);
    return async function rotateSigningKeys(this: Context, flags: RotateFlags) {
      const { activateAfter = activateAfterSeconds, dropOthers = false } = flags;
      const { added, startsAt, dropped } = await inKeysFolder(keysFolder(flags, this), (folder) =>
        rotateKeys(folder, { activateAfterMs: activateAfter * 1000, dropOthers }),
      );
      const signs_from = new Date(startsAt).toISOString();
      if (flags.json) return this.terminal.print(JSON.stringify({ added, signs_from, dropped }, null, 2));
      this.terminal.print(`added ${added}: published now, signs from ${signs_from}`);
      for (const kid of dropped) this.terminal.print(`dropped ${kid}`);
    };
  },
});
