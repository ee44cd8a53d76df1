import { resolve } from 'node:path';
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { argument, choice, flag, httpAddress, option } from '../parameters.ts';

const formats = ['markdown', 'wxr', 'ghost'] as const;

interface ExportFlags {
  format: (typeof formats)[number];
  url?: string;
  token?: string;
  force?: boolean;
  json?: boolean;
}

/** `dormouse export PATH`: a blog as files, which `dormouse import` reads. */
export const exportCommand = buildCommand({
  docs: {
    brief: 'Exports the blog as Markdown, for WordPress or for Ghost',
    fullDescription: [
      'Exports posts with their front matter, authors, pictures and the settings of the blog. "dormouse import" reads what',
      'it wrote, and the blog is the same again, to the byte. Every post is exported that the token may see: an author’s',
      'own drafts, an editor’s those of all; without a token, published posts. The formats wxr and ghost are what the',
      'importers of WordPress and Ghost read: texts are HTML there.',
      '',
      'What is at PATH already is never replaced without --force, and nothing but an export is.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      format: choice(formats, 'markdown', 'In which form'),
      url: option('URL', "The platform's address (default: http://127.0.0.1:PORT, PORT is 8080)", httpAddress),
      token: option('TOKEN', 'Access token (default: without --url, signed with the keys of the local platform)'),
      force: flag('Replace an export that is there'),
      json: flag('Print the report as JSON'),
    },
    positional: { kind: 'tuple', parameters: [argument('PATH', 'FILE.zip, or a folder')] },
  },
  async loader() {
    const [{ exportBlog }, { localImportToken }] = await Promise.all([
      import('../export/export-blog.ts'),
      import('../local-tokens.ts'),
    ]);
    return async function exportPosts(
      this: Context,
      { format, force = false, json = false, url, token }: ExportFlags,
      at: string,
    ) {
      const { print, screen } = this.terminal;
      await exportBlog(
        {
          to: resolve(at),
          url: url ?? `http://127.0.0.1:${this.env.PORT || '8080'}`,
          token: token ?? (url === undefined ? await localImportToken(this) : undefined),
          format,
          force,
          json,
        },
        { print, screen },
      );
    };
  },
});
