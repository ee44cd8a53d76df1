import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { flag } from '../../parameters.ts';
import type { BlogFlags } from '../../writing/blog-connection.ts';
import { blogFlags } from '../blog-parameters.ts';
import { commentNumbers } from './parameters.ts';

/** `dormouse comments delete NUMBER…` */
export const remove = buildCommand({
  docs: {
    brief: 'Deletes comments for good',
    fullDescription: [
      'Deletes comments for good; one that was answered leaves its place. It asks before.',
      '',
      '  dormouse comments delete 12 --yes',
      '',
      'Exit code 1: something was not deleted, or you said no.',
    ].join('\n'),
  },
  parameters: { flags: { yes: flag('Do not ask'), ...blogFlags }, aliases: { y: 'yes' }, positional: commentNumbers },
  async loader() {
    const [{ deleteComments }, { connect }] = await Promise.all([
      import('../../writing/comments.ts'),
      import('../../writing/blog-connection.ts'),
    ]);
    return async function run(this: Context, flags: BlogFlags & { yes?: boolean }, ...numbers: number[]) {
      const { yes = false, json = false } = flags;
      const blog = connect(flags, this, { needsLogin: true });
      if (!(await deleteComments(blog, { numbers, yes, json }, this.terminal))) this.exitWith(1);
    };
  },
});
