import { spawn } from 'node:child_process';
import { CommandError } from '../command-error.ts';
import type { Context } from '../context.ts';

/** Opens a file in the editor that the user has chosen, and waits until it is closed. @throws CommandError when it fails */
export async function openInEditor(file: string, { env }: Pick<Context, 'env'>): Promise<void> {
  const editor = env.VISUAL || env.EDITOR || 'vi';
  // As git does it: the variable may have arguments, as in "code --wait".
  const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail);
    child.once('exit', done);
  });
  if (code !== 0) throw new CommandError(`the editor "${editor}" ended with ${code ?? 'a signal'}`);
}
