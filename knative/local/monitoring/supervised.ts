import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Program {
  path: string;
  args: readonly string[];
  /** More of its environment; passwords are there, and on no command line. */
  env?: Readonly<Record<string, string>>;
  /** File that takes what it prints. */
  log: string;
}

export interface Supervised {
  stop(): Promise<void>;
}

const pauseMs = 2_000;

/** Runs a program of others, and starts it again when it ends. @param ended called with its exit code each time */
export function supervised({ path, args, env, log }: Program, ended: (code: number | null) => void): Supervised {
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      const file = openSync(log, 'a', 0o600);
      const child = spawn(path, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', file, file] });
      closeSync(file);
      const stop = () => child.kill('SIGTERM');
      stopping.signal.addEventListener('abort', stop);
      const [code] = await once(child, 'exit').catch(() => [null]);
      stopping.signal.removeEventListener('abort', stop);
      if (stopping.signal.aborted) return;
      ended(code as number | null);
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
