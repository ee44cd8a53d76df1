import { buildCommand } from '@stricli/core';
import type { TryFlags } from '../../backup/try-backup.ts';
import type { Context } from '../../context.ts';
import { flag, option } from '../../parameters.ts';
import { backupOf, keyFlags } from './parameters.ts';

/** `dormouse backup try BACKUP` */
export const tryOne = buildCommand({
  docs: {
    brief: 'Restores a backup where nobody looks, and compares it with what came back',
    fullDescription: [
      'Restores a backup into a temporary home with a PostgreSQL of its own, backs that up again, compares every table by rows',
      'and SHA-256, every sequence and every file, and removes it. No home and no database of yours is touched. Prints how',
      'old the backup is (what a disaster now would cost, RPO) and how long the restore took (RTO).',
      '',
      'With --yes NAME the database of DATABASE_URL, which must be empty, takes the place of that PostgreSQL: within one',
      'transaction, which is taken back.',
      '',
      'Exit code 1: it cannot be restored, or something came back otherwise.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      ...keyFlags,
      yes: option('NAME', 'Restore into the database of DATABASE_URL, whose name this is, and take it back'),
      json: flag('Print JSON for programs'),
    },
    positional: { kind: 'tuple', parameters: [backupOf] },
  },
  async loader() {
    const { tryBackup } = await import('../../backup/try-backup.ts');
    return function tryBackupOnce(this: Context, flags: TryFlags, at: string) {
      return tryBackup(this, flags, at);
    };
  },
});
