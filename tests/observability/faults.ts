import { setTimeout as sleep } from 'node:timers/promises';
import { family } from '../bench/processes.ts';
import { database } from '../chaos/observe.ts';
import type { RunningPlatform } from '../platform.ts';
import type { Stack } from './stack.ts';

export interface Site {
  platform: RunningPlatform;
  stack: Stack;
}

export interface Fault {
  /** What is done, for people. */
  what: string;
  /** The alert that must reach a receiver. */
  alert: string;
  /** Goes on until it is told that it is enough. */
  during(site: Site, over: AbortSignal): Promise<void>;
}

const isPostgres = /^postgres:|\/postgres -D/;

const postgresOf = ({ pid }: RunningPlatform): number[] =>
  family(pid)
    .filter(({ command }) => isPostgres.test(command))
    .map((each) => each.pid);

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function until(over: AbortSignal): Promise<void> {
  while (!over.aborted) await sleep(100);
}

export const faults = {
  database: {
    what: 'PostgreSQL is killed whenever it has been started again',
    alert: 'DatabaseUnreachable',
    async during({ platform }, over) {
      for (; !over.aborted; await sleep(100)) for (const pid of postgresOf(platform)) kill(pid);
    },
  },
  consumer: {
    what: 'the table in which categories counts posts is gone',
    alert: 'HandlerFails',
    async during({ platform }, over) {
      const sql = database(platform.home);
      await sql`ALTER TABLE categories.counted RENAME TO mislaid`;
      await until(over);
      await sql`ALTER TABLE categories.mislaid RENAME TO counted`;
      await sql.end();
    },
  },
  query: {
    what: 'posts is locked for a second, again and again',
    alert: 'StatementSlow',
    async during({ platform }, over) {
      const sql = database(platform.home);
      for (; !over.aborted; await sleep(200))
        await sql.begin(async (tx) => {
          await tx`LOCK TABLE posts.posts IN ACCESS EXCLUSIVE MODE`;
          await sleep(1000);
        });
      await sql.end();
    },
  },
  collector: {
    what: 'the collector stands still',
    alert: 'CollectorDown',
    async during({ stack }, over) {
      process.kill(stack.collector.pid, 'SIGSTOP');
      await until(over);
      process.kill(stack.collector.pid, 'SIGCONT');
    },
  },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof faults;
