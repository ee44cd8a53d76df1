import type { Command } from '@stricli/core';

interface Parameter {
  readonly placeholder?: string;
}

type Parameters = Command<never>['parameters'];

/** The parameter whose value the last word is; undefined where that is the name of an option. */
export function parameterAt(parameters: Parameters, words: readonly string[]): Parameter | undefined {
  const { positional } = parameters;
  let before = 0;
  for (let at = 0; at < words.length; at++) {
    const option = optionNamed(words[at]!, parameters);
    if (!option) before += words[at]!.startsWith('-') ? 0 : 1;
    else if (option.kind !== 'boolean' && ++at === words.length - 1) return option;
  }
  if (words.at(-1)?.startsWith('-')) return undefined;
  return positional?.kind === 'array' ? positional.parameter : positional?.parameters[before - 1];
}

function optionNamed(word: string, { flags = {}, aliases = {} }: Parameters) {
  if (/^-[a-z]$/i.test(word)) return flags[(aliases as Record<string, string>)[word[1]!] ?? ''];
  return /^--[^=]+$/.test(word) ? flags[camelCase(word.slice(2))] : undefined;
}

const camelCase = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
