import { buildCommand } from '@stricli/core';
import type { RestoreFlags } from '../backup/restore.ts';
import type { Context } from '../context.ts';
import { flag, option } from '../parameters.ts';
import { backupOf, keyFlags } from './backup/parameters.ts';

/** `dormouse restore BACKUP` */
export const restore = buildCommand({
  docs: {
    brief: 'Restores a backup',
    fullDescription: [
      'Restores a backup into the home of the local platform, which must not run; the database into DATABASE_URL where that',
      'is set. With DATABASE_URL and without --into (or DORMOUSE_HOME) that database alone is restored. Everything is read',
      'and checked before anything is changed.',
      '',
      'Exit code 1: it was not restored, and nothing was changed.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      into: option('FOLDER', 'Home to restore into (default: DORMOUSE_HOME, or .dormouse)'),
      force: flag('Replace what is there; files of a home are kept beside it'),
      ...keyFlags,
      json: flag('Print JSON for programs'),
    },
    positional: { kind: 'tuple', parameters: [backupOf] },
  },
  async loader() {
    const { restore: restoreBackup } = await import('../backup/restore.ts');
    return function restoreOne(this: Context, flags: RestoreFlags, at: string) {
      return restoreBackup(this, flags, at);
    };
  },
});
