import { type Application, proposeCompletions } from '@stricli/core';
import type { Context } from '../context.ts';
import { parameterAt } from './parameter-at.ts';

/** What the shell does beside showing the proposals; the numbers are those of Cobra, which @bomb.sh/tab's scripts read. */
const directives = { files: 0, nothing: 4, folders: 16 } as const;

/**
 * Proposals for the last word of a command line, one a line: `--json<TAB>what it does`; at the end a directive for the shell.
 * @param words what stands after the name of the program; the last one is being typed, and may be empty
 */
export async function completions(
  application: Application<Context>,
  words: readonly string[],
  context: Context,
): Promise<string[]> {
  // `--state=op` is completed as `--state op` is.
  const [, name, value] = /^(--[^=]+)=(.*)$/s.exec(words.at(-1) ?? '') ?? [];
  const asked = name === undefined ? [...words] : [...words.slice(0, -1), name, value!];
  if (asked.length === 0) asked.push('');
  const proposals = await proposeCompletions(application, asked, context);
  const { placeholder = '' } = parameterAt(application.root, asked) ?? {};
  const directive = placeholder === 'FOLDER' ? 'folders' : placeholder === 'FILE' ? 'files' : 'nothing';
  return [
    ...proposals
      .filter(({ completion }) => completion !== '--' || asked.at(-1) === '--')
      .map(({ completion, brief }) => `${name === undefined ? '' : `${name}=`}${completion}\t${brief}`),
    `:${directives[directive]}`,
  ];
}
