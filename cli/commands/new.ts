import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { argument, flag, option, publicUrl } from '../parameters.ts';

interface Flags {
  path?: string;
  table?: boolean;
  events?: readonly string[];
  dryRun?: boolean;
}

/** `dormouse new NAME`, which is `npm run new`. */
export const newFunction = buildCommand({
  docs: {
    brief: 'Writes a function that runs: code, tests, contract, manifest, route',
    fullDescription: [
      'Writes a function that runs: code, tests, contract, manifest, route. What else a function needs is generated.',
      '',
      '  dormouse new greetings --path /greetings --table --events dev.dormouse.greeting.sent.v1',
    ].join('\n'),
  },
  parameters: {
    flags: {
      path: option('PATH', 'The ingress leads there: a page, and with --table a JSON API at /PATH/entries'),
      table: flag('A table of its own, in a migration'),
      events: {
        ...option(
          'TYPES',
          'Types of the catalogue get a Trigger and a handler; a new type, dev.dormouse.THING.VERB.v1, is emitted (needs --table)',
        ),
        variadic: ',',
      },
      dryRun: flag('Print what would be written'),
    },
    positional: {
      kind: 'tuple',
      parameters: [argument('NAME', 'Lower-case letters and digits: the folder, the Service, the schema and the role')],
    },
  },
  async loader() {
    const [{ run }, { readSettings }, { runningAddress }] = await Promise.all([
      import('../new/run.ts'),
      import('@dormouse/local/command-line'),
      import('@dormouse/local/running-address'),
    ]);
    return function makeFunction(this: Context, flags: Flags, name: string) {
      const { path, table = false, events = [], dryRun = false } = flags;
      const types = events.map((type) => type.trim()).filter((type) => type !== '');
      const { home, port } = readSettings({}, this.env, this.root, publicUrl);
      const running = runningAddress(home);
      const platform = { url: running ?? `http://127.0.0.1:${port}`, isRunning: running !== undefined };
      return run({ name, path, table, events: [...new Set(types)], dryRun }, this.root, this.terminal.print, platform);
    };
  },
});
