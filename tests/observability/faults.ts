import { setTimeout as sleep } from 'node:timers/promises';
import { sending } from '@dormouse/testing/send';
import { family } from '../bench/processes.ts';
import { blogAt } from '../blog.ts';
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
  /** The alerts that must reach a receiver. */
  alerts: readonly [string, ...string[]];
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

/** PostgreSQL as it is now, with all of its processes. */
export function killDatabase(platform: RunningPlatform): void {
  for (const pid of postgresOf(platform)) kill(pid);
}

async function until(over: AbortSignal): Promise<void> {
  while (!over.aborted) await sleep(100);
}

/** Takes a table away, and brings it back in the end. */
async function mislaid({ platform }: Site, table: string, over: AbortSignal): Promise<void> {
  const sql = database(platform.home);
  const [schema, name] = table.split('.') as [string, string];
  await sql`ALTER TABLE ${sql(schema)}.${sql(name)} RENAME TO mislaid`;
  await until(over);
  await sql`ALTER TABLE ${sql(schema)}.mislaid RENAME TO ${sql(name)}`;
  await sql.end();
}

async function paused(programs: readonly ({ pid: number } | undefined)[], over: AbortSignal): Promise<void> {
  const tell = (signal: NodeJS.Signals) => {
    for (const each of programs) if (each) process.kill(each.pid, signal);
  };
  tell('SIGSTOP');
  await until(over);
  tell('SIGCONT');
}

export const faults = {
  database: {
    what: 'PostgreSQL is killed whenever it has been started again',
    alerts: ['DatabaseUnreachable', 'ReadsUnavailable', 'WritesUnavailable', 'LoginsUnavailable'],
    async during({ platform }, over) {
      for (; !over.aborted; await sleep(100)) killDatabase(platform);
    },
  },
  table: {
    what: 'the table of posts is gone',
    alerts: ['ErrorRateHigh', 'ReadsUnavailable', 'WritesUnavailable'],
    during: (site, over) => mislaid(site, 'posts.posts', over),
  },
  consumer: {
    what: 'the table in which categories counts posts is gone',
    alerts: ['HandlerFails'],
    during: (site, over) => mislaid(site, 'categories.counted', over),
  },
  late: {
    what: 'the table in which categories counts posts is gone for 45 s, and then there again',
    alerts: ['EventsLate', 'CountsStale'],
    async during(site, over) {
      await mislaid(site, 'categories.counted', AbortSignal.any([over, AbortSignal.timeout(45_000)]));
      await until(over);
    },
  },
  letter: {
    what: 'one event comes that categories cannot read',
    alerts: ['DeadLetters'],
    async during({ platform }, over) {
      const { brokers } = (await (await fetch(`${platform.console}/api/addresses`)).json()) as { brokers: [string] };
      await sending(brokers[0])({ type: 'dev.dormouse.post.created.v1', source: '/posts', subject: 'post/nine', data: { id: 'nine' } });
      await until(over);
    },
  },
  broker: {
    what: "the Broker's disk is full",
    alerts: ['OutboxStuck'],
    async during({ platform }, over) {
      platform.tell({ state: 'full' });
      await until(over);
      platform.tell({ state: 'well' });
    },
  },
  query: {
    what: 'posts and accounts are locked for a second and a half, again and again',
    alerts: ['StatementSlow', 'LatencyHigh', 'ReadsSlow', 'WritesSlow', 'LoginsSlow'],
    async during({ platform }, over) {
      const sql = database(platform.home);
      for (; !over.aborted; await sleep(200))
        await sql.begin(async (tx) => {
          await tx`LOCK TABLE posts.posts, auth.users IN ACCESS EXCLUSIVE MODE`;
          await sleep(1500);
        });
      await sql.end();
    },
  },
  guesses: {
    what: 'somebody tries passwords, five a second',
    alerts: ['RateLimitRefusals'],
    async during({ platform }, over) {
      const body = { username: 'someone', password: 'mistyped it' };
      for (; !over.aborted; await sleep(200)) await blogAt(platform.url).call('POST', '/api/login', { body });
    },
  },
  doors: {
    what: 'PostgreSQL takes a second longer to let somebody in',
    alerts: ['ColdStartsSlow'],
    async during({ platform }, over) {
      const sql = database(platform.home);
      await sql`ALTER SYSTEM SET post_auth_delay = '1s'`;
      await sql`SELECT pg_reload_conf()`;
      await until(over);
      await sql`ALTER SYSTEM RESET post_auth_delay`;
      await sql`SELECT pg_reload_conf()`;
      await sql.end();
    },
  },
  stores: {
    what: 'Tempo and Loki stand still',
    alerts: ['TempoDown', 'LokiDown'],
    during: ({ stack: { tempo, loki } }, over) => paused([tempo, loki], over),
  },
  collector: {
    what: 'the collector stands still',
    alerts: ['CollectorDown'],
    during: ({ stack: { collector } }, over) => paused([collector], over),
  },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof faults;
