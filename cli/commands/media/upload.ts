import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { argument, onFlag, option } from '../../parameters.ts';
import type { BlogFlags } from '../../writing/blog-connection.ts';
import { blogFlags } from '../blog-parameters.ts';

/** `dormouse media upload FILE…` */
export const upload = buildCommand({
  docs: {
    brief: 'Uploads pictures, and prints the Markdown that shows them',
    fullDescription: [
      'Uploads pictures (PNG, JPEG, GIF, WebP, AVIF; at most 10 MiB each), waits until readers can see them, and prints the',
      'Markdown that shows them. The same bytes again are the same picture.',
      '',
      '  dormouse media upload hedge.jpg --alt "A hedge in the frost"',
      '  dormouse media upload *.png --json',
      '',
      'Exit code 1: a file cannot be read, or is no picture.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      alt: option('TEXT', 'What the picture shows, for who does not see it'),
      wait: onFlag('Wait until readers can see them'),
      ...blogFlags,
    },
    positional: { kind: 'array', parameter: argument('FILE', 'A picture'), minimum: 1, maximum: 1000 },
  },
  async loader() {
    const [{ uploadPictures }, { connect }] = await Promise.all([
      import('../../writing/upload-pictures.ts'),
      import('../../writing/blog-connection.ts'),
    ]);
    return async function run(this: Context, flags: BlogFlags & { alt?: string; wait: boolean }, ...files: string[]) {
      const { alt = '', wait, json = false } = flags;
      const blog = connect(flags, this, { needsLogin: true });
      if (!(await uploadPictures(blog, { files, alt, wait, json }, this.terminal))) this.exitWith(1);
    };
  },
});
