import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { choice, option, wholeNumber } from '../../parameters.ts';
import type { BlogFlags } from '../../writing/blog-connection.ts';
import { blogFlags } from '../blog-parameters.ts';

const states = ['held', 'spam', 'published'] as const;

type Flags = BlogFlags & { status: (typeof states)[number]; limit?: number };

/** `dormouse comments list` */
export const list = buildCommand({
  docs: {
    brief: 'Lists comments that wait for a moderator, or were decided on, newest first',
    fullDescription: [
      'Lists comments that wait for a moderator, or were decided on, newest first: an author sees those of their posts.',
      '',
      '  dormouse comments list',
      '  dormouse comments list --status spam --json',
    ].join('\n'),
  },
  parameters: {
    flags: {
      status: choice(states, 'held', 'Which ones'),
      limit: option('N', 'At most so many (default: 20)', wholeNumber(1)),
      ...blogFlags,
    },
  },
  async loader() {
    const [{ listComments }, { connect }] = await Promise.all([
      import('../../writing/comments.ts'),
      import('../../writing/blog-connection.ts'),
    ]);
    return function run(this: Context, flags: Flags) {
      const { status, limit = 20, json = false } = flags;
      return listComments(connect(flags, this, { needsLogin: true }), { status, limit, json }, this.terminal);
    };
  },
});
