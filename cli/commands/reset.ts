import { resolve } from 'node:path';
import { buildCommand } from '@stricli/core';
import { confirmed } from '../confirmed.ts';
import type { Context } from '../context.ts';
import { flag, option } from '../parameters.ts';

/** `dormouse reset`: deletes what the local platform keeps. */
export const reset = buildCommand({
  docs: {
    brief: 'Deletes everything that the local platform keeps',
    fullDescription:
      'Deletes everything that the local platform keeps: database, events, secrets, pictures, built functions.',
  },
  parameters: {
    flags: {
      home: option('FOLDER', 'What to delete (default: DORMOUSE_HOME, or .dormouse)'),
      yes: flag('Do not ask'),
    },
    aliases: { y: 'yes' },
  },
  async loader() {
    const { reset: deleteHome } = await import('@dormouse/local/reset');
    return async function resetPlatform(this: Context, { home, yes }: { home?: string; yes?: boolean }) {
      const done = await deleteHome({
        home: resolve(home ?? (this.env.DORMOUSE_HOME || resolve(this.root, '.dormouse'))),
        confirm: async (question) => yes || confirmed(question, this.terminal),
        print: this.terminal.print,
      });
      if (!done) this.exitWith(1);
    };
  },
});
