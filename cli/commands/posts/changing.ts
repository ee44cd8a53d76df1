import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import type { BlogFlags } from '../../writing/blog-connection.ts';
import type { PostName } from '../../writing/post-name.ts';
import type { Change } from '../../writing/text-file.ts';
import { blogFlags } from '../blog-parameters.ts';
import { postArguments } from './parameters.ts';

/** A command that makes the same change to each post it is given. */
export const changing = (docs: { brief: string; fullDescription: string }, change: Change) =>
  buildCommand({
    docs,
    parameters: { flags: blogFlags, positional: postArguments },
    async loader() {
      const [{ changePosts }, { connect }] = await Promise.all([
        import('../../writing/change-posts.ts'),
        import('../../writing/blog-connection.ts'),
      ]);
      return function run(this: Context, flags: BlogFlags, ...names: PostName[]) {
        const blog = connect(flags, this, { needsLogin: true });
        return changePosts(blog, { names, change, json: flags.json ?? false }, this);
      };
    },
  });
