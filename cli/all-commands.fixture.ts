import type { Command, RouteMap } from '@stricli/core';
import type { Context } from './context.ts';
import { routes } from './routes.ts';

type Target = RouteMap<Context> | Command<Context>;

/** Every command and group of commands with the words that name it; the program itself first. */
export const allTargets: readonly { path: readonly string[]; target: Target }[] = [...walk(routes, [])];

function* walk(target: Target, path: readonly string[]): Generator<{ path: readonly string[]; target: Target }> {
  yield { path, target };
  if (!('getAllEntries' in target)) return;
  for (const entry of target.getAllEntries())
    yield* walk(entry.target, [...path, entry.name['convert-camel-to-kebab']]);
}
