import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from '../platform.ts';

export interface Child {
  pid: number;
  output(): string;
  stop(): Promise<void>;
}

/** Starts a program and waits until `ready` answers 2xx. @throws Error with its output when it ends, or does not answer, before */
export async function startChild(
  path: string,
  args: readonly string[],
  ready: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Child> {
  const child = spawn(path, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const exited = once(child, 'exit');
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await exited;
  };
  const isReady = async () => {
    if (child.exitCode !== null) throw new Error(`${path} ended (${child.exitCode}):\n${printed}`);
    return (await fetch(ready).catch(() => undefined))?.ok;
  };
  await eventually(isReady, Boolean, 120).catch(async (error) => {
    await stop();
    throw new Error(`${path} does not answer:\n${printed}`, { cause: error });
  });
  return { pid: child.pid!, output: () => printed, stop };
}
