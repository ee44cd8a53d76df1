import { type Application, buildApplication, help, version } from '@stricli/core';
import { commandPath } from './command-path.ts';
import type { Context } from './context.ts';
import { exitCodeOf } from './exit-codes.ts';
import packageJson from './package.json' with { type: 'json' };
import { routes } from './routes.ts';
import { texts } from './texts.ts';

const { version: currentVersion } = packageJson;

/** The program `dormouse`, whose errors name the command that `args` call. */
export function application(args: readonly string[]): Application<Context> {
  return buildApplication(
    routes,
    {
      name: 'dormouse',
      scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
      localization: { text: texts(['dormouse', ...commandPath(routes, args)].join(' ')) },
      determineExitCode: exitCodeOf,
    },
    {
      help: help({
        brief: 'Show how to call it',
        complete: true,
        defaultForRouteMap: true,
        formatting: { useAliasInUsageLine: false, onlyRequiredInUsageLine: true, caseStyle: 'convert-camel-to-kebab' },
      }),
      version: version({ brief: 'Show the version', complete: true, alias: false, info: { currentVersion } }),
    },
  );
}
