import { join } from 'node:path';
import type { DrillOptions } from '@dormouse/tests/backup/options';
import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { flag, option, positiveNumber, wholeNumber } from '../../parameters.ts';

interface Flags {
  seconds?: number;
  authors?: number;
  json?: boolean;
}

/** `dormouse backup drill` */
export const drill = buildCommand({
  docs: {
    brief: 'Destroys a platform of its own that is written to, and restores it from a backup',
    fullDescription: [
      'Starts a platform of its own and writes to it, makes a backup meanwhile, kills it with its database and deletes',
      'its home; restores the backup into another home, compares every table and file with the backup, starts it, and looks',
      'for everything that was acknowledged. Prints what was lost after the backup (RPO) and how long it took until the blog',
      'answered (RTO). Nothing of yours is touched.',
      '',
      'Exit code 1: something that was acknowledged before the backup is missing, or something differs.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      seconds: option('N', 'How long there is load before and after the backup (default: 10)', positiveNumber),
      authors: option('N', 'How many write at once (default: 4)', wholeNumber(1, 100)),
      json: flag('Print JSON for programs'),
    },
  },
  async loader() {
    const { runProgram } = await import('../../run-program.ts');
    return async function drillBackup(this: Context, { seconds = 10, authors = 4, json = false }: Flags) {
      const options: DrillOptions & { json: boolean } = { seconds, authors, json };
      this.exitWith(await runProgram(join(this.root, 'tests/backup/main.ts'), options));
    };
  },
});
