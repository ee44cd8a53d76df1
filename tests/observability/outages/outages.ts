import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, type RunningPlatform } from '../../platform.ts';
import {
  fillBrokersDisk,
  hideTable,
  keepDatabaseDown,
  pausePrograms,
  postgresOf,
  redisOf,
  until,
} from '../fault-injection.ts';
import { observedOverlay } from '../observed-overlay.ts';
import { limitMemory, missingForLimit } from './limit-memory.ts';
import { fillPostgresDisk, missingForDisk, mountForPostgres } from './small-disk.ts';

/** An overlay in which little is kept warm, so that an outage meets functions that have to start. */
export const base = 'tests/overlays/quick';

/** `Site` is what it is planted on. */
export interface Outage<Site = RunningPlatform> {
  /** What is done, for people. */
  what: string;
  /** Alerts that name its cause; one of them has to come. */
  cause: readonly string[];
  /** Others that tell of it: what follows, or what people notice. Any other one misleads. */
  tells: readonly string[];
  /** Nobody is to be told. */
  silent?: boolean;
  /** Why it cannot be planted here. */
  missing?(): string | undefined;
  /** Makes ready the home of a platform that has not been started yet. */
  prepare?(home: string, atTheEnd: (stop: () => unknown) => void): void;
  /** Resolves when it can be planted; nobody comes meanwhile. */
  quieten?(site: Site): Promise<void>;
  /** Lasts until it is over, and is mended then. */
  plant(site: Site, over: AbortSignal): Promise<void>;
}

export const unavailable = [
  'ReadsUnavailable',
  'WritesUnavailable',
  'LoginsUnavailable',
  'ErrorRateHigh',
  'RefusedAtEdge',
];
export const slow = ['ReadsSlow', 'WritesSlow', 'LoginsSlow', 'LatencyHigh'];
export const late = ['HandlerFails', 'EventsLate', 'CountsStale'];

/** Says which program posts is, in a file that is there when the platform starts: only then it looks after it. */
function runPosts(home: string, program: string): void {
  const images = { 'dev.local/dormouse/posts': program };
  writeFileSync(join(home, 'observed-overlay/platform.yaml'), JSON.stringify({ images }));
}

export const outages: Readonly<Record<string, Outage>> = {
  database: {
    what: 'PostgreSQL is killed whenever it has been started again',
    cause: ['DatabaseUnreachable', 'PostgresDown'],
    tells: ['FunctionNotReady', ...unavailable, ...slow, ...late],
    plant: keepDatabaseDown,
  },
  hung: {
    what: 'every process of PostgreSQL stands still (SIGSTOP)',
    cause: ['DatabaseUnreachable', 'PostgresDown'],
    tells: ['FunctionNotReady', ...unavailable, ...slow, ...late],
    plant: (platform, over) => pausePrograms(postgresOf(platform), over),
  },
  crash: {
    what: 'every function refuses a variable when it starts',
    cause: ['FunctionNotReady'],
    tells: ['RelaySilent', ...unavailable, ...slow, ...late],
    // What is awake goes on serving beside a new revision that does not start.
    async quieten(platform) {
      const asleep = async () =>
        (await platform.services()).every(({ name, instances }) => instances === 0 || name === 'relay');
      await eventually(asleep, Boolean, 300);
    },
    async plant(platform, over) {
      observedOverlay(platform.home, base, { OTEL_METRIC_EXPORT_INTERVAL: 'never' });
      await until(over);
      observedOverlay(platform.home, base, {});
    },
  },
  memory: {
    what: 'instances of posts may have 32 MiB, which is too little',
    cause: ['FunctionNotReady', 'PodRestarts'],
    tells: [...unavailable, ...slow, ...late],
    missing: missingForLimit,
    plant: (platform, over) => limitMemory(platform, 'posts', over),
  },
  redis: {
    what: 'Redis stands still (SIGSTOP)',
    cause: ['RedisDown'],
    tells: ['WritesSlow', 'LoginsSlow'],
    plant: (platform, over) => pausePrograms(redisOf(platform), over),
  },
  consumer: {
    what: 'categories cannot count: its table is gone',
    cause: ['HandlerFails'],
    tells: late,
    plant: (platform, over) => hideTable({ platform }, 'categories.counted', over),
  },
  'broker-disk': {
    what: "the Broker's disk is full",
    cause: ['OutboxStuck'],
    tells: ['WritesSlow', ...late],
    plant: fillBrokersDisk,
  },
  'database-disk': {
    what: "PostgreSQL's disk is full",
    cause: ['DatabaseDiskFull'],
    tells: ['DatabaseUnreachable', 'FunctionNotReady', ...unavailable, ...slow, ...late],
    missing: missingForDisk,
    prepare: (home, atTheEnd) => atTheEnd(mountForPostgres(home)),
    plant: ({ home }, over) => fillPostgresDisk(home, over),
  },
  clock: {
    what: "the clock of posts is an hour ahead; its callers' tokens have expired then",
    cause: ['ClockWrong'],
    tells: late,
    prepare: (home) => runPosts(home, 'functions/posts/main.ts'),
    async plant({ home }, over) {
      runPosts(home, 'tests/observability/outages/posts-ahead.ts');
      await until(over);
      runPosts(home, 'functions/posts/main.ts');
    },
  },
  table: {
    what: 'the table of posts is gone',
    cause: ['ErrorRateHigh', 'ReadsUnavailable', 'WritesUnavailable'],
    tells: [...unavailable, ...late],
    plant: (platform, over) => hideTable({ platform }, 'posts.posts', over),
  },
  quiet: { what: 'nothing', cause: [], tells: [], silent: true, plant: (_, over) => until(over) },
};
