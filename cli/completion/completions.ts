import { type Application, type Command, proposeCompletions, type RouteMap } from '@stricli/core';
import type { Context } from '../context.ts';
import { commandAt } from './command-at.ts';
import { parameterAt } from './parameter-at.ts';

/** What the shell does beside showing the proposals; the numbers are those of Cobra, which @bomb.sh/tab's scripts read. */
const directives = { FILE: 0, PATH: 0, nothing: 4, FOLDER: 16 } as const;

/**
 * Proposals for the last word of a command line, one a line: `--json<TAB>what it does`; at the end a directive for the shell.
 * @param words what stands after the name of the program; the last one is being typed, and may be empty
 */
export async function completions(
  application: Application<Context>,
  words: readonly string[],
  context: Context,
): Promise<string[]> {
  const last = words.at(-1) ?? '';
  // `--state=op` is completed as `--state op` is.
  const [, name, value = last] = /^(--[^=]+)=(.*)$/s.exec(last) ?? [];
  const asked = [...words.slice(0, -1), ...(name === undefined ? [last] : [name, value])];
  const { group, command, rest } = commandAt(application.root, asked);
  const { placeholder } = (command && parameterAt(command.parameters, rest)) ?? {};
  // The shell knows files better than this program does.
  if (placeholder === 'FILE' || placeholder === 'PATH' || placeholder === 'FOLDER')
    return [`:${directives[placeholder]}`];
  const found = [
    ...(command ? namesIn(group, last) : []),
    ...(await proposeCompletions(application, asked, context)),
    ...negations(command, last),
  ];
  const proposals = found.filter(({ completion }) => completion !== '--' && !isHidden(completion, command));
  const isOption = ({ completion }: Proposal) => completion.startsWith('-');
  const shown = proposals.some((each) => !isOption(each)) ? proposals.filter((each) => !isOption(each)) : proposals;
  return [
    ...shown.map(({ completion, brief }) => `${name === undefined ? '' : `${name}=`}${completion}\t${brief}`),
    `:${directives.nothing}`,
  ];
}

interface Proposal {
  readonly completion: string;
  readonly brief: string;
}

/** Commands of a group that has a default: the library proposes the default's options alone. */
function namesIn(group: RouteMap<Context> | undefined, typed: string): Proposal[] {
  return (group?.getAllEntries() ?? [])
    .filter(({ hidden }) => !hidden)
    .map(({ name, target: { brief } }) => ({ completion: name['convert-camel-to-kebab'], brief }))
    .filter(({ completion }) => completion.startsWith(typed));
}

/** The library proposes options that help does not show. */
const isHidden = (completion: string, command: Command<Context> | undefined): boolean =>
  Object.entries(command?.parameters.flags ?? {}).some(
    ([name, { hidden }]) => hidden && completion === `--${kebab(name)}`,
  );

/** `--no-watch` for what is on unless it is said otherwise; the library proposes `--watch` alone. */
function negations(command: Command<Context> | undefined, typed: string): Proposal[] {
  if (!typed.startsWith('--')) return [];
  return Object.entries(command?.parameters.flags ?? {}).flatMap(([name, flag]) => {
    const completion = `--no-${kebab(name)}`;
    const negated = flag.kind === 'boolean' && flag.default === true && !flag.hidden;
    return negated && completion.startsWith(typed) ? [{ completion, brief: `Not: ${flag.brief}` }] : [];
  });
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
