import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { address } from '../address.ts';
import { Mistake } from '../usage-error.ts';

export const help = `Imports a folder of Markdown files into a Dormouse blog.

  npm run import -- FOLDER [options]

  --url URL        the platform's address     (default: http://127.0.0.1:PORT, PORT is 8080)
  --token TOKEN    an access token with the scope "import"
                   (default: one is signed with the local platform's keys, DORMOUSE_HOME/secrets/auth-keys)
  --name NAME      name of this import; posts are recognised by it and their file's path (default: the folder's name)
  --author NAME    who owns articles that name nobody (default: the import's name)
  --site URL       where the blog was before; links that lead to nothing in the folder are sent there
  --report FILE    writes everything about the import as JSON
  --dry-run        reads the folder and reports, sends nothing
  --help

Files keep their dates, authors become accounts that can be claimed, folders become categories, pictures are
stored by their content. A second run changes nothing. Exit code 1: something was not imported.`;

export interface Options {
  readonly folder: string;
  readonly url: string;
  readonly token?: string | undefined;
  readonly name: string;
  readonly author: string;
  readonly site?: string | undefined;
  readonly report?: string | undefined;
  readonly dryRun: boolean;
}

/**
 * The command line; 'help' where that is asked for.
 * @throws Mistake for anything it does not understand
 */
export function options(args: readonly string[], port: string): Options | 'help' {
  const { values, positionals } = parsed(args);
  if (values.help) return 'help';
  const [given, ...more] = positionals;
  if (given === undefined) throw new Mistake('which folder? (--help shows how to call it)');
  if (more.length > 0) throw new Mistake(`one folder at a time, not also ${more.join(', ')}`);
  const folder = resolve(given);
  const name = values.name ?? (basename(folder) || 'import');
  return {
    folder,
    url: address('--url', values.url ?? `http://127.0.0.1:${port}`),
    token: values.token,
    name,
    author: values.author ?? readable(name),
    site: values.site === undefined ? undefined : address('--site', values.site),
    report: values.report,
    dryRun: values['dry-run'],
  };
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: text,
        token: text,
        name: text,
        author: text,
        site: text,
        report: text,
        'dry-run': flag,
        help: { ...flag, short: 'h' },
      },
    });
  } catch (error) {
    throw new Mistake((error as Error).message.split('\n')[0]!);
  }
}

function readable(name: string): string {
  const words = name.replace(/[-_]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
