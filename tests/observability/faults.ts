import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { blogAt } from '../blog.ts';
import { database } from '../chaos/observe.ts';
import {
  deadLetter,
  fillBrokersDisk,
  hideTable,
  keepDatabaseDown,
  pausePrograms,
  type Site,
  sendPostsNobodyWrote,
  until,
} from './fault-injection.ts';

export interface Fault {
  /** What is done, for people. */
  what: string;
  /** The alerts that must reach a receiver. */
  alerts: readonly [string, ...string[]];
  /** How long alerts wait that wait at all, where it is too long to be waited for, as Prometheus writes durations. */
  timeoutMs?: string;
  /** Goes on until it is told that it is enough. */
  during(site: Site, over: AbortSignal): Promise<void>;
}

export const faults = {
  database: {
    what: 'PostgreSQL is killed whenever it has been started again',
    alerts: ['DatabaseUnreachable', 'ReadsUnavailable', 'WritesUnavailable', 'LoginsUnavailable'],
    during: ({ platform }, over) => keepDatabaseDown(platform, over),
  },
  table: {
    what: 'the table of posts is gone',
    alerts: ['ErrorRateHigh', 'ReadsUnavailable', 'WritesUnavailable'],
    during: (site, over) => hideTable(site, 'posts.posts', over),
  },
  consumer: {
    what: 'the table in which categories counts posts is gone',
    alerts: ['HandlerFails'],
    during: (site, over) => hideTable(site, 'categories.counted', over),
  },
  late: {
    what: 'the table in which categories counts posts is gone for 45 s, and then there again',
    alerts: ['EventsLate', 'CountsStale'],
    async during(site, over) {
      await hideTable(site, 'categories.counted', AbortSignal.any([over, AbortSignal.timeout(45_000)]));
      await until(over);
    },
  },
  'dead-letter': {
    what: 'one event comes that categories cannot read',
    alerts: ['DeadLetters'],
    during: deadLetter,
  },
  forgotten: {
    what: 'the same, and nobody redrives it; alerts wait for two minutes, not for a day',
    alerts: ['DeadLettersWait'],
    timeoutMs: '2m',
    during: deadLetter,
  },
  broker: {
    what: "the Broker's disk is full",
    alerts: ['OutboxStuck'],
    during: ({ platform }, over) => fillBrokersDisk(platform, over),
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
  connections: {
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
    during: ({ stack: { tempo, loki } }, over) => pausePrograms([tempo, loki], over),
  },
  backlog: {
    what: 'the table in which categories counts posts is gone, and twelve hundred events come for it',
    alerts: ['BrokerBacklog'],
    during: async (site, over) =>
      void (await Promise.all([hideTable(site, 'categories.counted', over), sendPostsNobodyWrote(site, 1200)])),
  },
  schedule: {
    what: 'somebody has the relay woken once a year',
    alerts: ['RelaySilent'],
    async during({ platform }, over) {
      const file = join(platform.home, 'observed-overlay/kustomization.yaml');
      const before = readFileSync(file, 'utf8');
      const patch = JSON.stringify([{ op: 'replace', path: '/spec/schedule', value: '0 0 1 1 *' }]);
      writeFileSync(
        file,
        JSON.stringify({
          ...JSON.parse(before),
          patches: [{ target: { kind: 'PingSource', name: 'relay-tick' }, patch }],
        }),
      );
      await until(over);
      writeFileSync(file, before);
    },
  },
  limit: {
    what: 'Tempo refuses every span as one too many',
    alerts: ['TelemetryLost'],
    async during({ stack: { tempo } }, over) {
      tempo?.failNext(true);
      await until(over);
      tempo?.failNext(false);
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
    during: ({ stack: { collector } }, over) => pausePrograms([collector], over),
  },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof faults;
