import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { flag } from '../../parameters.ts';
import type { BlogFlags } from '../../writing/blog-connection.ts';
import type { PostName } from '../../writing/post-name.ts';
import { blogFlags } from '../blog-parameters.ts';
import { postArguments } from './parameters.ts';

/** `dormouse posts delete POST…` */
export const remove = buildCommand({
  docs: {
    brief: 'Deletes posts, which can be restored for 30 days',
    fullDescription: [
      'Deletes posts, which can be restored for 30 days (/blog/deleted). It asks before.',
      '',
      '  dormouse posts delete 7 8 --yes',
      '',
      'Exit code 1: something was not deleted, or you said no.',
    ].join('\n'),
  },
  parameters: { flags: { yes: flag('Do not ask'), ...blogFlags }, aliases: { y: 'yes' }, positional: postArguments },
  async loader() {
    const [{ deletePosts }, { connect }] = await Promise.all([
      import('../../writing/change-posts.ts'),
      import('../../writing/blog-connection.ts'),
    ]);
    return async function run(this: Context, flags: BlogFlags & { yes?: boolean }, ...names: PostName[]) {
      const { yes = false, json = false } = flags;
      const blog = connect(flags, this, { needsLogin: true });
      if (!(await deletePosts(blog, { names, yes, json }, this))) this.exitWith(1);
    };
  },
});
