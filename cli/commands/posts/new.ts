import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { argument } from '../../parameters.ts';
import { said, type WritingFlags, writingFlags } from './writing-parameters.ts';

/** `dormouse posts new [FILE]` */
export const newPost = buildCommand({
  docs: {
    brief: 'Writes a post: from a file, from standard input, or in your editor',
    fullDescription: [
      'Writes a post from a file, from standard input (-), or in your editor (VISUAL, EDITOR). The text is Markdown; front',
      'matter as "posts show" prints it may stand above it. It is a draft unless that says "draft: false", or you say',
      '--publish. A title that nobody says is the heading that the text begins with. A text that cannot be sent is kept, and',
      'its place said.',
      '',
      '  dormouse posts new',
      '  dormouse posts new notes.md --tags "sleep, winter" --publish',
      '  pandoc -t gfm report.docx | dormouse posts new - --title Report --category Notes',
      '',
      'Exit code 1: it was not saved.',
    ].join('\n'),
  },
  parameters: {
    flags: writingFlags,
    positional: {
      kind: 'tuple',
      parameters: [{ ...argument('FILE', 'Markdown, or - for standard input (default: your editor)'), optional: true }],
    },
  },
  async loader() {
    const [{ newPost: write }, { connect }] = await Promise.all([
      import('../../writing/write-post.ts'),
      import('../../writing/blog-connection.ts'),
    ]);
    return function run(this: Context, flags: WritingFlags, file?: string) {
      const blog = connect(flags, this, { needsLogin: true });
      return write(blog, { file, said: said(flags), json: flags.json ?? false }, this);
    };
  },
});
