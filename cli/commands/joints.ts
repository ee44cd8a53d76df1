import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';

/** `dormouse joints`, which is `npm run joints`. */
export const joints = buildCommand({
  docs: {
    brief: 'Names what is missing between functions, manifests and events',
    fullDescription: [
      'Names what does not fit together: functions, manifests, contracts, Triggers, routes, generated files. Each gap is',
      'a line that names the file, and what to write there.',
      '',
      'Exit code 1: there is a gap.',
    ].join('\n'),
  },
  parameters: {},
  async loader() {
    const { findGaps } = await import('@dormouse/tests/joints/find-gaps');
    return async function nameGaps(this: Context) {
      const gaps = await findGaps(this.root);
      for (const gap of gaps) this.terminal.print(gap);
      const count = gaps.length === 1 ? '1 gap' : `${gaps.length} gaps`;
      this.terminal.screen.write(`${gaps.length === 0 ? 'everything fits together' : count}\n`);
      if (gaps.length > 0) this.exitWith(1);
    };
  },
});
