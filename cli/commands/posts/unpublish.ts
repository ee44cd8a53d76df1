import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import type { BlogFlags } from '../../writing/blog-connection.ts';
import type { PostName } from '../../writing/post-name.ts';
import { blogFlags } from '../blog-parameters.ts';
import { postArguments } from './parameters.ts';

/** `dormouse posts unpublish POST…` */
export const unpublish = buildCommand({
  docs: {
    brief: 'Makes posts drafts again, and takes a time of publication away',
    fullDescription: [
      'Makes posts drafts again, which readers do not see; of a scheduled draft it takes the time away.',
      '',
      '  dormouse posts unpublish 7',
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
      const change = { status: 'draft', published_at: null } as const;
      return changePosts(blog, { names, change, json: flags.json ?? false }, this);
    };
  },
});
