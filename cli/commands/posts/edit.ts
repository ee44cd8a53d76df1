import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { argument, flag } from '../../parameters.ts';
import type { PostName } from '../../writing/post-name.ts';
import { postArgument } from './parameters.ts';
import { said, type WritingFlags, writingFlags } from './writing-parameters.ts';

/** `dormouse posts edit POST [FILE]` */
export const edit = buildCommand({
  docs: {
    brief: 'Changes a post: in your editor, from a file, or by options alone',
    fullDescription: [
      'Changes a post in your editor (VISUAL, EDITOR), from a file or standard input (-), or by options alone. What the front',
      'matter does not name stays as it is; an empty value takes a tag, a language, a cover or a time away.',
      '',
      'Where somebody else has saved the post since your text began ("version:" in its front matter), nothing is overwritten:',
      'you see what they changed, and your text is kept in a file, whose path is said.',
      '',
      '  dormouse posts edit wake-on-request',
      '  dormouse posts edit 7 post.md',
      '  dormouse posts edit 7 --title "Wake on the first request" --tags scaling',
      '',
      'Exit code 1: it was not saved.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      ...writingFlags,
      force: flag('Overwrite what was saved since your text began; it stays among the versions'),
    },
    positional: {
      kind: 'tuple',
      parameters: [
        postArgument,
        { ...argument('FILE', 'Markdown, or - for standard input (default: your editor)'), optional: true },
      ],
    },
  },
  async loader() {
    const [{ editPost }, { connect }] = await Promise.all([
      import('../../writing/write-post.ts'),
      import('../../writing/blog-connection.ts'),
    ]);
    return function run(this: Context, flags: WritingFlags & { force?: boolean }, name: PostName, file?: string) {
      const { force = false, json = false } = flags;
      return editPost(connect(flags, this, { needsLogin: true }), { name, file, said: said(flags), force, json }, this);
    };
  },
});
