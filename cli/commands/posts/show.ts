import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { option } from '../../parameters.ts';
import type { BlogFlags } from '../../writing/blog-connection.ts';
import type { PostName } from '../../writing/post-name.ts';
import { blogFlags } from '../blog-parameters.ts';
import { postArgument } from './parameters.ts';

/** `dormouse posts show POST` */
export const show = buildCommand({
  docs: {
    brief: 'Shows a post as Markdown with front matter, which "posts edit" takes',
    fullDescription: [
      'Shows a post as Markdown with front matter, as "dormouse export" writes it. "posts edit" takes it back.',
      '',
      '  dormouse posts show wake-on-request',
      '  dormouse posts show 7 > post.md; dormouse posts edit 7 post.md',
      '  dormouse posts show https://blog.example/blog/posts/wake-on-request --json',
      '',
      'Exit code 1: there is no such post that you may see.',
    ].join('\n'),
  },
  parameters: {
    flags: { output: option('FILE', 'Write it to this file'), ...blogFlags },
    aliases: { o: 'output' },
    positional: { kind: 'tuple', parameters: [postArgument] },
  },
  async loader() {
    const [{ showPost }, { connect }] = await Promise.all([
      import('../../writing/read-posts.ts'),
      import('../../writing/blog-connection.ts'),
    ]);
    return function run(this: Context, flags: BlogFlags & { output?: string }, name: PostName) {
      const { output, json = false } = flags;
      return showPost(connect(flags, this), name, { output, json }, this.terminal);
    };
  },
});
