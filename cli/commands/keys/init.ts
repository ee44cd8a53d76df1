import { resolve } from 'node:path';
import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { argument } from '../../parameters.ts';

/** `dormouse keys init FOLDER` */
export const init = buildCommand({
  docs: { brief: 'Makes a first key, unless the folder has one' },
  parameters: { positional: { kind: 'tuple', parameters: [argument('FOLDER', 'Where the key is stored')] } },
  async loader() {
    const { initKeys } = await import('@dormouse/auth/key-folder');
    return async function initFolder(this: Context, _: object, folder: string) {
      const kid = await initKeys(resolve(folder));
      this.terminal.print(kid ? `made ${kid}` : 'there are keys already: nothing to do');
    };
  },
});
