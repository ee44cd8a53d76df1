import { setTimeout as sleep } from 'node:timers/promises';
import { family } from '../bench/processes.ts';
import type { RunningPlatform } from '../platform.ts';

export interface Fault {
  /** What is done, for people. */
  what: string;
  /** The alert that must reach a receiver. */
  alert: string;
  /** Goes on until it is told that it is enough. */
  during(platform: RunningPlatform, over: AbortSignal): Promise<void>;
}

const isPostgres = /^postgres:|\/postgres -D/;

const postgresOf = (platform: RunningPlatform): number[] =>
  family(platform.pid)
    .filter(({ command }) => isPostgres.test(command))
    .map(({ pid }) => pid);

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

export const faults = {
  database: {
    what: 'PostgreSQL is killed whenever it has been started again',
    alert: 'DatabaseUnreachable',
    async during(platform, over) {
      for (; !over.aborted; await sleep(100)) for (const pid of postgresOf(platform)) kill(pid);
    },
  },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof faults;
