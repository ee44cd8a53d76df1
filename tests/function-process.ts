import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { publishedEventKeys, signingKeysOf } from './event-keys.ts';

/** A function of this project as a process, as it is deployed. */
export interface FunctionProcess {
  /** `http://127.0.0.1:PORT`. */
  origin: string;
  pid: number;
  /** All that it printed so far. */
  output(): string;
  /** SIGTERM; resolves with the exit code once all that it printed is there. */
  end(): Promise<number | null>;
  kill(): void;
}

/** Starts `functions/<name>/main.ts`, or another program, and waits until it is ready. @throws Error with its output when it ends before */
export async function startFunction(
  name: string,
  env: Record<string, string>,
  program = join(import.meta.dirname, '../functions', name, 'main.ts'),
): Promise<FunctionProcess> {
  const child: ChildProcess = fork(program, {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      K_SERVICE: name,
      EVENT_SIGNING_KEYS: signingKeysOf(`/${name}`),
      EVENT_KEYS: publishedEventKeys(),
      ...env,
    },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  const streams = [child.stdout, child.stderr].map((stream) => {
    stream?.setEncoding('utf8').on('data', (text: string) => (printed += text));
    return once(stream!, 'close');
  });
  const exited = once(child, 'exit').then(async ([code]) => {
    await Promise.all(streams);
    return code as number | null;
  });
  const first = await Promise.race([once(child, 'message').then(([message]) => message as { port: number }), exited]);
  if (first === null || typeof first === 'number') throw new Error(`${name} ended (${first}):\n${printed}`);
  return {
    origin: `http://127.0.0.1:${first.port}`,
    pid: child.pid!,
    output: () => printed,
    end() {
      child.kill('SIGTERM');
      return exited;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
