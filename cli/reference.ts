import type { Command, CommandContext, RouteMap } from '@stricli/core';
import { application } from './application.ts';
import { exitCodes } from './exit-codes.ts';
import { routes } from './routes.ts';

type Target = RouteMap<CommandContext> | Command<CommandContext>;

const { defaultText } = application([]);

/** The page docs/reference/command-line.md, from the definition of the commands. */
export function reference(): string {
  const commands = [...commandsOf(routes as Target, ['dormouse'])];
  const codes = Object.entries(exitCodes).map(([code, meaning]) => `| ${code} | ${meaning} |`);
  return [
    '# The command line',
    '',
    '<!-- Generated from cli/commands by npm run generate -->',
    '',
    '`npx dormouse COMMAND` in the checkout. `npm run` starts the same commands: `npm start -- --port 8090` is',
    '`npx dormouse start --port 8090`. It needs Node 20 or newer on the PATH; where that is older than 24.7 it starts',
    'the Node that comes with the packages.',
    '',
    ...commands.map(({ path, target }) => `- [\`${path.join(' ')}\`](#${path.join('-')}): ${target.brief}`),
    '',
    '## Output and errors',
    '',
    'Results go to standard output, progress and errors to standard error. An error is one line:',
    '`dormouse events tail: there is no option --tipe; did you mean "--type"?`. `NO_COLOR` and a pipe turn colours off.',
    'With `--json` the output is JSON: one document, or one value a line where there is no end.',
    '',
    '| exit code | meaning |',
    '|---|---|',
    ...codes,
    '',
    '## Completion',
    '',
    '```sh',
    'alias dormouse="npx dormouse"            # or put node_modules/.bin on the PATH',
    'source <(dormouse completion bash)       # bash',
    'source <(dormouse completion zsh)        # zsh, after compinit',
    'dormouse completion fish | source        # fish',
    '```',
    '',
    ...commands.flatMap(({ path, target }) => [`## ${path.join(' ')}`, '', '```text', help(path, target), '```', '']),
  ].join('\n');
}

function help(path: readonly string[], target: Target): string {
  return target
    .formatHelp({
      prefix: path,
      text: defaultText,
      config: { useAliasInUsageLine: false, onlyRequiredInUsageLine: true, caseStyle: 'convert-camel-to-kebab' },
      additionalFlags: [],
      includeArgumentEscapeSequenceFlag: false,
      includeHidden: false,
      ansiColor: false,
    })
    .trimEnd()
    .replace(/\n\nFLAGS(?=\n\nARGUMENTS|$)/, '');
}

function* commandsOf(target: Target, path: readonly string[]): Generator<{ path: readonly string[]; target: Target }> {
  if (!('getAllEntries' in target)) return yield { path, target };
  for (const entry of target.getAllEntries())
    if (!entry.hidden) yield* commandsOf(entry.target as Target, [...path, entry.name['convert-camel-to-kebab']]);
}
