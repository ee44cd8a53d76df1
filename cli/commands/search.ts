import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { argument, option, wholeNumber } from '../parameters.ts';
import type { BlogFlags } from '../writing/blog-connection.ts';
import { blogFlags } from './blog-parameters.ts';

type Flags = BlogFlags & { category?: string; tag?: string; author?: string; limit?: number };

/** `dormouse search WORD…` */
export const search = buildCommand({
  docs: {
    brief: 'Finds published posts of a blog by their words',
    fullDescription: [
      'Finds published posts of a blog by their words, in any script, the best ones first. Nobody has to be logged in.',
      '',
      '  dormouse search scale to zero',
      '  dormouse search 정원 --author ada --limit 3',
      '  dormouse search sleep --url https://blog.example --json',
    ].join('\n'),
  },
  parameters: {
    flags: {
      category: option('SLUG', 'Only those of one category'),
      tag: option('TAG', 'Only those with one tag'),
      author: option('NAME', 'Only those of one author'),
      limit: option('N', 'At most so many (default: 10)', wholeNumber(1)),
      ...blogFlags,
    },
    positional: { kind: 'array', parameter: argument('WORD', 'What to look for'), minimum: 1, maximum: 100 },
  },
  async loader() {
    const [{ search: find }, { connect }] = await Promise.all([
      import('../writing/read-posts.ts'),
      import('../writing/blog-connection.ts'),
    ]);
    return function run(this: Context, flags: Flags, ...words: string[]) {
      const { category, tag, author, limit = 10, json = false } = flags;
      const query = { q: words.join(' '), category, tag, author };
      return find(connect(flags, this), { query, limit, json }, this.terminal);
    };
  },
});
