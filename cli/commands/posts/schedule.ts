import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { timestamp } from '../../events/timestamp.ts';
import { argument } from '../../parameters.ts';
import type { BlogFlags } from '../../writing/blog-connection.ts';
import type { PostName } from '../../writing/post-name.ts';
import { blogFlags } from '../blog-parameters.ts';
import { postArgument } from './parameters.ts';

/** `dormouse posts schedule POST TIME` */
export const schedule = buildCommand({
  docs: {
    brief: 'Has a draft published at a time',
    fullDescription: [
      'Has a draft published at a time: 2026-12-24T18:00:00Z, or a local "2026-12-24 18:00".',
      '',
      '  dormouse posts schedule 7 "2026-12-24 18:00"',
      '',
      '"posts unpublish" takes the time away. Exit code 1: it is published already.',
    ].join('\n'),
  },
  parameters: {
    flags: blogFlags,
    positional: { kind: 'tuple', parameters: [postArgument, argument('TIME', 'When', timeToCome)] },
  },
  async loader() {
    const [{ changePosts }, { connect }] = await Promise.all([
      import('../../writing/change-posts.ts'),
      import('../../writing/blog-connection.ts'),
    ]);
    return function run(this: Context, flags: BlogFlags, name: PostName, time: string) {
      const blog = connect(flags, this, { needsLogin: true });
      const refuse = ({ status }: { status: string }) =>
        status === 'published' ? 'it is published already; "dormouse posts unpublish" makes it a draft' : undefined;
      const change = { published_at: time };
      return changePosts(blog, { names: [name], change, refuse, json: flags.json ?? false }, this);
    };
  },
});

function timeToCome(input: string): string {
  const time = timestamp(input);
  if (Date.parse(time) <= Date.now()) throw new Error('must be a time to come');
  return time;
}
