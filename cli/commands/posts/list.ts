import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { option, wholeNumber } from '../../parameters.ts';
import type { BlogFlags } from '../../writing/blog-connection.ts';
import { blogFlags } from '../blog-parameters.ts';

const states = ['all', 'draft', 'scheduled', 'published'] as const;
const kinds = ['post', 'page'] as const;

type Flags = BlogFlags & {
  status?: (typeof states)[number];
  kind?: (typeof kinds)[number];
  category?: string;
  tag?: string;
  author?: string;
  limit?: number;
};

/** `dormouse posts list` */
export const list = buildCommand({
  docs: {
    brief: 'Lists posts, newest first',
    fullDescription: [
      'Lists posts, newest first: who is logged in sees their own, drafts too, an editor those of everybody; who is not sees',
      'what is published.',
      '',
      '  dormouse posts list',
      '  dormouse posts list --status draft --limit 5',
      '  dormouse posts list --url https://blog.example --tag scaling --json',
    ].join('\n'),
  },
  parameters: {
    flags: {
      status: { kind: 'enum', values: states, optional: true, brief: 'Which ones (default: all that you may see)' },
      kind: { kind: 'enum', values: kinds, optional: true, brief: 'Only posts, or only pages' },
      category: option('SLUG', 'Only those of one category'),
      tag: option('TAG', 'Only those with one tag'),
      author: option('NAME', 'Only those of one author'),
      limit: option('N', 'At most so many (default: 20)', wholeNumber(1)),
      ...blogFlags,
    },
  },
  async loader() {
    const [{ listPosts }, { connect }] = await Promise.all([
      import('../../writing/read-posts.ts'),
      import('../../writing/blog-connection.ts'),
    ]);
    return function run(this: Context, flags: Flags) {
      const blog = connect(flags, this);
      const { kind, category, tag, author, limit = 20, json = false } = flags;
      const state = flags.status ?? (blog.hasToken ? 'all' : 'published');
      const status = state === 'scheduled' ? 'draft' : state;
      const scheduled = state === 'all' || state === 'published' ? undefined : String(state === 'scheduled');
      return listPosts(blog, { query: { status, scheduled, kind, category, tag, author }, limit, json }, this.terminal);
    };
  },
});
