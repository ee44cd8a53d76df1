import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import type { BlogFlags } from '../../writing/blog-connection.ts';
import { blogFlags } from '../blog-parameters.ts';

/** `dormouse webhooks list` */
export const list = buildCommand({
  docs: {
    brief: 'Lists webhooks, and whether they work',
    fullDescription: 'Lists webhooks, and whether they work.\n\n  dormouse webhooks list --json',
  },
  parameters: { flags: blogFlags },
  async loader() {
    const [{ listWebhooks }, { connect }] = await Promise.all([
      import('../../writing/webhooks.ts'),
      import('../../writing/blog-connection.ts'),
    ]);
    return function run(this: Context, flags: BlogFlags) {
      return listWebhooks(connect(flags, this, { needsLogin: true }), flags.json ?? false, this.terminal);
    };
  },
});
