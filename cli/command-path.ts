import type { CommandContext, RouteMap } from '@stricli/core';

/** The words of a command line that name a command, as far as there is one. */
export function commandPath<C extends CommandContext>(root: RouteMap<C>, args: readonly string[]): string[] {
  const path: string[] = [];
  let target = root.getRoutingTargetForInput(args[0] ?? '');
  while (target) {
    path.push(args[path.length]!);
    target = 'getAllEntries' in target ? target.getRoutingTargetForInput(args[path.length] ?? '') : undefined;
  }
  return path;
}
