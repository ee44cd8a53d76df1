import type { Command, CommandContext, RouteMap } from '@stricli/core';

interface Parameter {
  readonly placeholder?: string;
}

/** The parameter whose value the last word of a command line is; undefined for names of commands and options. */
export function parameterAt<C extends CommandContext>(
  root: RouteMap<C> | Command<C>,
  words: readonly string[],
): Parameter | undefined {
  const { command, rest } = commandOf(root, words);
  const last = rest.at(-1);
  if (!command || last === undefined || last.startsWith('-')) return undefined;
  const { flags = {}, aliases = {}, positional } = command.parameters;
  let before = 0;
  for (let at = 0; at < rest.length; at++) {
    const option = optionNamed(rest[at]!, flags, aliases);
    if (!option) before += rest[at]!.startsWith('-') ? 0 : 1;
    else if (option.kind !== 'boolean' && ++at === rest.length - 1) return option;
  }
  if (positional?.kind === 'array') return positional.parameter;
  return positional?.parameters[before - 1];
}

function commandOf<C extends CommandContext>(root: RouteMap<C> | Command<C>, words: readonly string[]) {
  let target: RouteMap<C> | Command<C> | undefined = root;
  let at = 0;
  while (target && 'getAllEntries' in target && at < words.length - 1)
    target = target.getRoutingTargetForInput(words[at++]!);
  if (target && 'getAllEntries' in target) return { command: undefined, rest: [] };
  return { command: target, rest: words.slice(at) };
}

type Flag = { readonly kind: string; readonly placeholder?: string };

function optionNamed(
  word: string,
  flags: Readonly<Record<string, Flag>>,
  aliases: Readonly<Record<string, string | undefined>>,
): Flag | undefined {
  if (/^--[^=]+$/.test(word))
    return flags[word.slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];
  return /^-[a-z]$/i.test(word) ? flags[aliases[word[1]!] ?? ''] : undefined;
}
