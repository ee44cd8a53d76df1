import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { argument } from '../parameters.ts';

/** `dormouse complete -- WORD…`: what the scripts of `dormouse completion` ask at each Tab; no help shows it. */
export const complete = buildCommand({
  docs: { brief: 'Answers a shell that completes a command line' },
  parameters: { positional: { kind: 'array', parameter: argument('WORD', 'Words after the name of the program') } },
  async loader() {
    const [{ completions }, { application }] = await Promise.all([
      import('../completion/completions.ts'),
      import('../application.ts'),
    ]);
    return async function answer(this: Context, _: object, ...words: string[]) {
      for (const line of await completions(application(words), words, this)) this.terminal.print(line);
    };
  },
});
