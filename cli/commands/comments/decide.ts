import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import type { BlogFlags } from '../../writing/blog-connection.ts';
import { blogFlags } from '../blog-parameters.ts';
import { commentNumbers } from './parameters.ts';

/** `dormouse comments approve NUMBER…`, and the other decisions. */
export const decisionCommand = (status: 'published' | 'spam', brief: string, name: string) =>
  buildCommand({
    docs: { brief, fullDescription: [`${brief}.`, '', `  dormouse comments ${name} 12 13`].join('\n') },
    parameters: { flags: blogFlags, positional: commentNumbers },
    async loader() {
      const [{ decide }, { connect }] = await Promise.all([
        import('../../writing/comments.ts'),
        import('../../writing/blog-connection.ts'),
      ]);
      return function run(this: Context, flags: BlogFlags, ...numbers: number[]) {
        const blog = connect(flags, this, { needsLogin: true });
        return decide(blog, { status, numbers, json: flags.json ?? false }, this.terminal);
      };
    },
  });
