import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { flag } from '../../parameters.ts';
import { place } from './parameters.ts';

/** `dormouse backup list PLACE` */
export const list = buildCommand({
  docs: { brief: 'Lists the whole backups of a place, oldest first' },
  parameters: {
    flags: { json: flag('Print JSON for programs') },
    positional: { kind: 'tuple', parameters: [place] },
  },
  async loader() {
    const { listBackups } = await import('../../backup/list.ts');
    return function listAll(this: Context, { json = false }: { json?: boolean }, at: string) {
      return listBackups(this, json, at);
    };
  },
});
