import type { Context } from '../context.ts';

/** Does what Ctrl-C may end: then it says so, and the exit code is 130. */
export async function untilInterrupted(
  context: Context,
  said: string,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const { signal } = context.terminal;
  try {
    await work(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    context.terminal.screen.write(`interrupted: ${said}\n`);
    context.exitWith(130);
  }
}
