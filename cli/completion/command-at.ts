import type { Command, CommandContext, RouteMap } from '@stricli/core';

interface CommandPosition<C extends CommandContext> {
  /** The group of which a command's name is being typed. */
  group?: RouteMap<C>;
  /** The command that is called: by its name, or as its group's default. */
  command?: Command<C> | undefined;
  /** The words behind its name. */
  rest: readonly string[];
}

/** Where in the tree of commands the last word stands. */
export function commandAt<C extends CommandContext>(
  root: RouteMap<C> | Command<C>,
  words: readonly string[],
): CommandPosition<C> {
  let target = root;
  let at = 0;
  while ('getAllEntries' in target && at < words.length - 1) {
    const next = target.getRoutingTargetForInput(words[at]!);
    if (!next) return { command: target.getDefaultCommand(), rest: words.slice(at) };
    target = next;
    at++;
  }
  const rest = words.slice(at);
  return 'getAllEntries' in target
    ? { group: target, command: target.getDefaultCommand(), rest }
    : { command: target, rest };
}
