import { buildCommand } from '@stricli/core';
import type { KeyFlags } from '../../backup/opened.ts';
import type { Context } from '../../context.ts';
import { flag } from '../../parameters.ts';
import { backupOf, keyFlags } from './parameters.ts';

/** `dormouse backup verify BACKUP` */
export const verify = buildCommand({
  docs: {
    brief: 'Reads a whole backup and compares every part with its hash',
    fullDescription:
      'Reads a whole backup and compares every part with its hash.\n\nExit code 1: it cannot be restored.',
  },
  parameters: {
    flags: { ...keyFlags, json: flag('Print JSON for programs') },
    positional: { kind: 'tuple', parameters: [backupOf] },
  },
  async loader() {
    const [{ verifyBackup }, { opened }] = await Promise.all([
      import('@dormouse/backup/open-backup'),
      import('../../backup/opened.ts'),
    ]);
    return async function verifyOne(
      this: Context,
      { json = false, ...keys }: KeyFlags & { json?: boolean },
      at: string,
    ) {
      const backup = await opened(this, keys, at);
      const { id } = backup.manifest;
      const { parts, bytes } = await verifyBackup(backup, this.terminal.signal);
      this.terminal.print(
        json ? JSON.stringify({ backup: id, parts, bytes }) : `${id} is whole: ${parts} parts, ${bytes} bytes`,
      );
    };
  },
});
