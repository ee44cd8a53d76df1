import { basename, resolve } from 'node:path';
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { argument, flag, httpAddress, option } from '../parameters.ts';

interface ImportFlags {
  url?: string;
  token?: string;
  name?: string;
  author?: string;
  site?: string;
  report?: string;
  dryRun?: boolean;
  fetchPictures?: boolean;
  temporaryPictures?: boolean;
  settings?: boolean;
  json?: boolean;
}

/** `dormouse import PATH`: a blog of another program becomes posts. */
export const importCommand = buildCommand({
  docs: {
    brief: 'Imports a blog of another program',
    fullDescription: [
      'Imports a folder of Markdown or HTML (Jekyll, Hugo, Hexo, Eleventy, Docusaurus and others), a file in which',
      'WordPress (WXR), Blogger (Atom) or Ghost (JSON) exported a blog, or what "dormouse export" wrote; each also packed',
      'in a zip file.',
      'Articles keep their dates, authors become accounts that can be claimed, pictures are stored by their content.',
      'What was not public, and what is not understood, becomes a draft. A second run changes nothing, and goes on where',
      'an earlier one was ended.',
      '',
      'Exit code 1: something was not imported.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      url: option('URL', "The platform's address (default: http://127.0.0.1:PORT, PORT is 8080)", httpAddress),
      token: option(
        'TOKEN',
        'Access token with the scope "import" (default: signed with the keys of the local platform)',
      ),
      name: option('NAME', "Name of this import; with a file's path it identifies a post (default: the name of PATH)"),
      author: option('NAME', "Owner of articles that name nobody (default: the import's name)"),
      site: option(
        'URL',
        'Where the blog was before; links that lead to nothing in the folder are sent there',
        httpAddress,
      ),
      report: option('FILE', 'Write everything about the import as JSON to this file'),
      dryRun: flag('Read the folder and report, send nothing'),
      fetchPictures: flag('Bring pictures of other hosts in: of each at most 10 MiB, none of private networks'),
      settings: flag('Take the settings of a blog that dormouse exported, also where the blog has some'),
      temporaryPictures: flag('Store pictures also on a platform elsewhere, which loses them if it is a cluster'),
      json: flag('Print the whole report as JSON'),
    },
    positional: {
      kind: 'tuple',
      parameters: [
        argument('PATH', 'Folder, zip file, or export of WordPress or Blogger (.xml, .atom) or Ghost (.json)'),
      ],
    },
  },
  async loader() {
    const [{ importFolder }, { localImportToken }] = await Promise.all([
      import('../import/import-folder.ts'),
      import('../local-tokens.ts'),
    ]);
    return async function importPosts(
      this: Context,
      {
        json = false,
        dryRun = false,
        temporaryPictures = false,
        settings = false,
        fetchPictures = false,
        ...given
      }: ImportFlags,
      at: string,
    ) {
      const folder = resolve(at);
      const name = given.name ?? (basename(folder).replace(/\.(?:xml|wxr|atom|json|zip)$/i, '') || 'import');
      const options = {
        folder,
        url: given.url ?? `http://127.0.0.1:${this.env.PORT || '8080'}`,
        token: given.token,
        name,
        author: given.author ?? readable(name),
        site: given.site,
        report: given.report,
        dryRun,
        temporaryPictures,
        fetchPictures,
        settings,
        json,
      };
      const { print, screen } = this.terminal;
      if (!(await importFolder(options, { print, screen, localToken: () => localImportToken(this) }))) this.exitWith(1);
    };
  },
});

/** A folder's name as a person would write it. */
export function readable(name: string): string {
  const words = name.replace(/[-_]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
