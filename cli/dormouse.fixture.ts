import { resolve } from 'node:path';
import { run, type StricliProcess } from '@stricli/core';
import { application } from './application.ts';
import type { Context } from './context.ts';
import { processExitCode } from './exit-codes.ts';

interface Surroundings {
  env?: Record<string, string>;
  /** To every question that wants a yes. */
  answer?: boolean;
  /** What somebody types, one line after the other; questions that hide it are noted with a star. */
  typed?: string[];
  /** Standard input. */
  input?: string;
}

/** Runs the program in this process. @returns its exit code and what it wrote */
export async function dormouse(
  args: readonly string[],
  { env = {}, answer, typed, input = '' }: Surroundings = {},
): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const stream = (name: 'out' | 'err') => ({ write: (text: string) => void (written[name] += text) });
  const own: StricliProcess = { stdout: stream('out'), stderr: stream('err'), env };
  const context: Context & { process: StricliProcess } = {
    process: own,
    root: resolve(import.meta.dirname, '..'),
    env,
    terminal: {
      print: (line) => void (written.out += `${line}\n`),
      screen: stream('err'),
      ask: answer === undefined ? undefined : async () => answer,
      question:
        typed &&
        (async (words, { hidden = false } = {}) => {
          written.err += `${words}${hidden ? '*' : ''}\n`;
          return typed.shift() ?? '';
        }),
      isShown: false,
      input: async () => input,
      paint: (_, text) => text,
      signal: new AbortController().signal,
    },
    exitWith: (code) => {
      own.exitCode = code;
    },
  };
  await run(application(args), args, context);
  return { code: processExitCode(Number(own.exitCode ?? 0)), ...written };
}
