import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { argument, wholeNumber } from '../../parameters.ts';
import type { BlogFlags } from '../../writing/blog-connection.ts';
import { blogFlags } from '../blog-parameters.ts';

/** `dormouse webhooks test NUMBER` */
export const test = buildCommand({
  docs: {
    brief: 'Sends a webhook a test, and shows what it answered',
    fullDescription: [
      'Sends a webhook a test, and shows what it answered.',
      '',
      '  dormouse webhooks test 1',
      '',
      'Exit code 1: it was not delivered at the first attempt.',
    ].join('\n'),
  },
  parameters: {
    flags: blogFlags,
    positional: { kind: 'tuple', parameters: [argument('NUMBER', 'Number of a webhook', wholeNumber(1))] },
  },
  async loader() {
    const [{ testWebhook }, { connect }] = await Promise.all([
      import('../../writing/webhooks.ts'),
      import('../../writing/blog-connection.ts'),
    ]);
    return async function run(this: Context, flags: BlogFlags, id: number) {
      const blog = connect(flags, this, { needsLogin: true });
      if (!(await testWebhook(blog, { id, json: flags.json ?? false }, this.terminal))) this.exitWith(1);
    };
  },
});
