import type { Command, CommandContext, RouteMap } from '@stricli/core';

/** The command that is being typed, and the words behind its name; no command while its name is typed. */
export function commandAt<C extends CommandContext>(root: RouteMap<C> | Command<C>, words: readonly string[]) {
  let target: RouteMap<C> | Command<C> | undefined = root;
  let at = 0;
  while (target && 'getAllEntries' in target && at < words.length - 1)
    target = target.getRoutingTargetForInput(words[at++]!);
  if (!target || 'getAllEntries' in target) return { command: undefined, rest: [] };
  return { command: target, rest: words.slice(at) };
}
