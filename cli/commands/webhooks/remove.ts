import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { argument, flag, wholeNumber } from '../../parameters.ts';
import type { BlogFlags } from '../../writing/blog-connection.ts';
import { blogFlags } from '../blog-parameters.ts';

/** `dormouse webhooks remove NUMBER` */
export const remove = buildCommand({
  docs: {
    brief: 'Removes a webhook and its deliveries',
    fullDescription: [
      'Removes a webhook and its deliveries. It asks before.',
      '',
      '  dormouse webhooks remove 1 --yes',
      '',
      'Exit code 1: there is none of this number, or you said no.',
    ].join('\n'),
  },
  parameters: {
    flags: { yes: flag('Do not ask'), ...blogFlags },
    aliases: { y: 'yes' },
    positional: { kind: 'tuple', parameters: [argument('NUMBER', 'Number of a webhook', wholeNumber(1))] },
  },
  async loader() {
    const [{ removeWebhook }, { connect }] = await Promise.all([
      import('../../writing/webhooks.ts'),
      import('../../writing/blog-connection.ts'),
    ]);
    return async function run(this: Context, flags: BlogFlags & { yes?: boolean }, id: number) {
      const { yes = false, json = false } = flags;
      const blog = connect(flags, this, { needsLogin: true });
      if (!(await removeWebhook(blog, { id, yes, json }, this.terminal))) this.exitWith(1);
    };
  },
});
