import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  /** How long alerts wait that wait at all, where it is too long to be waited for, as Prometheus writes durations. */
  patience?: string;
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

/** Events of a kind that categories counts, of posts that nobody wrote. */
async function crowd({ platform }: Site, count: number): Promise<void> {
  const send = sending(await broker(platform));
  const at = '2026-03-02T19:05:12.345Z';
  const category = { id: 1, name: 'Trials', slug: 'trials' };
  const post = { version: 1, slug: 'crowd', title: 'Crowd', author: 'nobody', status: 'draft', category, created_at: at, updated_at: at };
  for (let id = 1_000_001; id <= 1_000_000 + count; id++)
    await send({ type: 'dev.dormouse.post.created.v1', source: '/posts', subject: `post/${id}`, data: { ...post, id } });
}

async function broker({ console }: RunningPlatform): Promise<string> {
  const { brokers } = (await (await fetch(`${console}/api/addresses`)).json()) as { brokers: [string] };
  return brokers[0];
}

async function letter({ platform }: Site, over: AbortSignal): Promise<void> {
  await sending(await broker(platform))({ type: 'dev.dormouse.post.created.v1', source: '/posts', subject: 'post/nine', data: { id: 'nine' } });
  await until(over);
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
    during: letter,
  },
  forgotten: {
    what: 'the same, and nobody redrives it; alerts wait for two minutes, not for a day',
    alerts: ['DeadLettersWait'],
    patience: '2m',
    during: letter,
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
  stores: {
    what: 'Tempo and Loki stand still',
    alerts: ['TempoDown', 'LokiDown'],
    during: ({ stack: { tempo, loki } }, over) => paused([tempo, loki], over),
  },
  backlog: {
    what: 'the table in which categories counts posts is gone, and twelve hundred events come for it',
    alerts: ['BrokerBacklog'],
    during: async (site, over) => void (await Promise.all([mislaid(site, 'categories.counted', over), crowd(site, 1200)])),
  },
  schedule: {
    what: 'somebody has the relay woken once a year',
    alerts: ['RelaySilent'],
    async during({ platform }, over) {
      const file = join(platform.home, 'observed-overlay/kustomization.yaml');
      const before = readFileSync(file, 'utf8');
      const patch = JSON.stringify([{ op: 'replace', path: '/spec/schedule', value: '0 0 1 1 *' }]);
      writeFileSync(file, JSON.stringify({ ...JSON.parse(before), patches: [{ target: { kind: 'PingSource', name: 'relay-tick' }, patch }] }));
      await until(over);
      writeFileSync(file, before);
    },
  },
  limit: {
    what: 'Tempo refuses every span as one too many',
    alerts: ['TelemetryLost'],
    async during({ stack: { tempo } }, over) {
      tempo?.refuse(true);
      await until(over);
      tempo?.refuse(false);
    },
  },
  flood: {
    what: 'the collector stands still for a minute and three quarters, while many read',
    alerts: ['TelemetryDropped'],
    async during({ platform, stack: { collector } }, over) {
      const enough = AbortSignal.any([over, AbortSignal.timeout(105_000)]);
      const read = async () => {
        for (; !enough.aborted; await sleep(50)) await (await fetch(`${platform.url}/blog/api/posts`)).body?.cancel();
      };
      await Promise.all([paused([collector], enough), read(), read(), read(), read()]);
      await until(over);
    },
  },
  rule: {
    what: 'somebody adds a rule that finds two series where there has to be one',
    alerts: ['RulesFail'],
    async during({ stack: { prometheus } }, over) {
      await prometheus.record('many', 'up + on () up');
      await until(over);
      await prometheus.record('one', 'vector(1)');
    },
  },
  collector: {
    what: 'the collector stands still',
    alerts: ['CollectorDown'],
    during: ({ stack: { collector } }, over) => paused([collector], over),
  },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof faults;
