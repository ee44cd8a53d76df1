import { parseArgs } from 'node:util';
import { UsageError } from '../usage-error.ts';

export const help = `Writes a function that runs: code, tests, contract, manifest, route. What else a function needs is generated.

  npm run new -- NAME [--path /PATH] [--table] [--events TYPE,…] [--dry-run]

  NAME           lower-case letters and digits: name of the folder, the Service, the schema and the role
  --path /PATH   the ingress leads there: a page, and with --table a JSON API at /PATH/entries
  --table        a table of its own, in a migration
  --events TYPE,…
                 a type of the catalogue: the function gets a Trigger and a handler for it;
                 a new type, dev.dormouse.THING.VERB.v1: the function emits it (one; needs --table)
  --dry-run      prints what would be written
  --help

  npm run new -- greetings --path /greetings --table --events dev.dormouse.greeting.sent.v1,dev.dormouse.post.published.v1`;

/** The command line as it was given. */
export interface Options {
  name: string;
  path?: string | undefined;
  table: boolean;
  events: readonly string[];
  dryRun: boolean;
}

/** Reads the command line. @throws UsageError */
export function options(args: readonly string[]): Options | { help: string } {
  const { values, positionals } = parsed(args);
  if (values.help) return { help };
  const [name, another] = positionals;
  if (!name) throw new UsageError('a name is missing: npm run new -- NAME [--path /PATH] [--table] [--events TYPE,…]');
  if (another) throw new UsageError(`one function at a time: ${name} or ${another}?`);
  const events = (values.events ?? []).flatMap((list) => list.split(',')).map((type) => type.trim());
  return {
    name,
    path: values.path,
    table: values.table ?? false,
    events: [...new Set(events.filter((type) => type !== ''))],
    dryRun: values['dry-run'] ?? false,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        path: { type: 'string' },
        table: { type: 'boolean' },
        events: { type: 'string', multiple: true },
        'dry-run': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}; --help shows what there is`);
  }
}
