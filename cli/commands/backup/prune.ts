import { buildCommand } from '@stricli/core';
import type { PruneFlags } from '../../backup/prune.ts';
import type { Context } from '../../context.ts';
import { flag, option, wholeNumber } from '../../parameters.ts';
import { place } from './parameters.ts';

const number = wholeNumber(0, 10_000);

/** `dormouse backup prune PLACE` */
export const prune = buildCommand({
  docs: {
    brief: 'Removes old backups of a place',
    fullDescription: [
      'Removes all backups but the newest N, and the newest of each of the last days, weeks and months that have any; also what',
      'backups left behind that were killed more than a day ago. A backup whose manifest is damaged neither counts nor is',
      'removed. Days are those of UTC.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      keep: option('N', 'Keep the newest N (default: 7)', wholeNumber(1, 10_000)),
      daily: option('N', 'Also the newest of each of the last N days (default: 0)', number),
      weekly: option('N', 'Also the newest of each of the last N weeks (default: 0)', number),
      monthly: option('N', 'Also the newest of each of the last N months (default: 0)', number),
      dryRun: flag('Only say what would be removed'),
      json: flag('Print JSON for programs'),
    },
    positional: { kind: 'tuple', parameters: [place] },
  },
  async loader() {
    const { prune: pruneBackups } = await import('../../backup/prune.ts');
    return function pruneAll(this: Context, flags: PruneFlags, at: string) {
      return pruneBackups(this, flags, at);
    };
  },
});
