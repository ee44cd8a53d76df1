import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import type { BlogFlags } from '../../writing/blog-connection.ts';
import type { PostName } from '../../writing/post-name.ts';
import { blogFlags } from '../blog-parameters.ts';
import { postArguments } from './parameters.ts';

/** `dormouse posts publish POST…` */
export const publish = buildCommand({
  docs: {
    brief: 'Publishes posts now',
    fullDescription: [
      'Publishes drafts now, scheduled ones too.',
      '',
      '  dormouse posts publish 7 wake-on-request',
    ].join('\n'),
  },
  parameters: { flags: blogFlags, positional: postArguments },
  async loader() {
    const [{ changePosts }, { connect }] = await Promise.all([
      import('../../writing/change-posts.ts'),
      import('../../writing/blog-connection.ts'),
    ]);
    return function run(this: Context, flags: BlogFlags, ...names: PostName[]) {
      const blog = connect(flags, this, { needsLogin: true });
      return changePosts(blog, { names, change: { status: 'published' }, json: flags.json ?? false }, this);
    };
  },
});
