import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { argument } from '../parameters.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;

function parseShell(input: string): (typeof shells)[number] {
  const shell = shells.find((each) => each === input);
  if (!shell) throw new Error(`must be one of ${shells.join(', ')}`);
  return shell;
}

/** `dormouse completion SHELL` */
export const completion = buildCommand({
  docs: {
    brief: 'Prints a script that completes this command line in a shell',
    fullDescription: [
      'Prints a script that completes this command line in a shell:',
      '',
      '  bash   source <(dormouse completion bash)',
      '  zsh    source <(dormouse completion zsh)       after compinit',
      '  fish   dormouse completion fish | source',
      '',
      'The shell has to know the program as dormouse: alias dormouse="npx dormouse", or node_modules/.bin on the PATH.',
    ].join('\n'),
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ ...argument('SHELL', shells.join(', '), parseShell), proposeCompletions: () => shells }],
    },
  },
  async loader() {
    const { script } = await import('@bomb.sh/tab');
    return function printScript(this: Context, _: object, shell: (typeof shells)[number]) {
      const program = [process.execPath, join(this.root, 'cli/dormouse.mjs')].map((path) => `'${path}'`).join(' ');
      script(shell, 'dormouse', program);
      if (shell === 'bash') this.terminal.print(readFileSync(join(this.root, 'cli/completion/wrapper.bash'), 'utf8'));
    };
  },
});
