import { join } from 'node:path';
import type { SoakOptions } from '@dormouse/tests/soak/options';
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { option, positiveNumber, wholeNumber } from '../parameters.ts';

interface Flags {
  minutes?: number;
  seed?: number;
  report?: string;
}

/** `dormouse soak` */
export const soak = buildCommand({
  docs: {
    brief: 'Attacks a platform of its own in every way at once, and looks at what its readers notice',
    fullDescription: [
      'Starts a platform of its own as people run it behind a proxy. 50 requests of readers and 2 writes a second come all',
      'the time; then every attack of docs/security/soak.md is made beside them. No reader may get an error or wait three',
      'times as long, nothing acknowledged may be missing, no attack may get in, memory and file descriptors stay flat.',
      '',
      'Exit code 1: something of that does not hold.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      minutes: option('N', 'How long there are attacks (default: 3)', positiveNumber),
      seed: option('N', 'Of what attackers choose (default: of the clock)', wholeNumber(0, 999_999_999)),
      report: option('FILE', 'Write FILE.md and FILE.json (default: the report is only printed)'),
    },
  },
  async loader() {
    const { runProgram } = await import('../run-program.ts');
    return async function soakPlatform(this: Context, { minutes = 3, seed = Date.now() % 1_000_000, report }: Flags) {
      const command = ['dormouse', ...process.argv.slice(2)].join(' ');
      const options: SoakOptions = { command, minutes, seed, report };
      this.exitWith(await runProgram(join(this.root, 'tests/soak/main.ts'), options));
    };
  },
});
