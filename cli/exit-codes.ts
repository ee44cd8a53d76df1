import { ExitCode } from '@stricli/core';
import { CommandError } from './command-error.ts';
import { UsageError } from './usage-error.ts';

/** Exit codes of every command, and what they mean; `docs/reference/command-line.md` lists them. */
export const exitCodes = {
  0: 'The command did what it was asked to do.',
  1: 'It failed, or it found what it looks for: something was not imported, rejected again, not conformant, lost.',
  2: 'The command line makes no sense (unknown command or option, missing argument, wrong value), `manifests` finds no kubectl, or `diff` cannot read what it compares. Nothing was done.',
  130: 'Ctrl-C ended it. `start` and `events tail` stop in order and return 0; a second Ctrl-C stops `start` at once.',
  141: 'The program that read its output has ended (`dormouse events tail \\| head -1`).',
} as const;

/** The exit code for what a command threw. */
export const exitCodeOf = (error: unknown): number => (error instanceof UsageError ? 2 : 1);

/** The process's exit code for the code of the library, whose own ones are negative. */
export function processExitCode(code: number): number {
  if (code === ExitCode.UnknownCommand || code === ExitCode.InvalidArgument) return 2;
  return code < 0 ? 1 : code;
}

/**
 * What to print of an error: its message (the first line of a system's) for what people can mend; the stack of what is a defect of the program.
 * Errors of the system (`EACCES` …) and plain `Error`s are thrown for people, `TypeError`s and their like are not.
 */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Classes of the rooms below say in several lines what to do instead.
  const ofRoom = error.constructor !== Error && !['CommandError', 'UsageError'].includes(error.name);
  if (ofRoom && named(error) && !('code' in error)) return error.message;
  const forPeople = error instanceof CommandError || error.constructor === Error || 'code' in error;
  return forPeople
    ? error.message.split('\n', 1)[0] || String((error as { code?: unknown }).code)
    : (error.stack ?? error.message);
}

/** Classes of the rooms below, which do not know this one. */
const named = ({ name }: Error) => !/^(?:Type|Reference|Range|Syntax|Eval|URI|Assertion|Aggregate)Error$/.test(name);
