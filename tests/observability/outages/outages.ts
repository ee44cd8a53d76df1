import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, type RunningPlatform } from '../../platform.ts';
import {
  fillBrokersDisk,
  hideTable,
  keepDatabaseDown,
  kill,
  pausePrograms,
  postgresOf,
  redisOf,
  until,
} from '../fault-injection.ts';
import { observedOverlay } from '../observed-overlay.ts';

/** An overlay in which little is kept warm, so that an outage meets functions that have to start. */
export const base = 'tests/overlays/quick';

export interface Outage {
  /** What is done, for people. */
  what: string;
  /** Alerts that tell of it: its cause, or what people notice. Any other one misleads. */
  tells: readonly string[];
  /** Nobody is to be told. */
  silent?: boolean;
  /** Lasts until it is over, and is mended then. */
  plant(platform: RunningPlatform, over: AbortSignal): Promise<void>;
}

const unavailable = ['ReadsUnavailable', 'WritesUnavailable', 'LoginsUnavailable', 'ErrorRateHigh', 'RefusedAtEdge'];
const slow = ['ReadsSlow', 'WritesSlow', 'LoginsSlow', 'LatencyHigh'];
const late = ['HandlerFails', 'EventsLate', 'CountsStale'];

/** Keeps a function's instances from living, as a kernel does that has no memory for them. */
async function killInstances(platform: RunningPlatform, name: string, over: AbortSignal): Promise<void> {
  for (; !over.aborted; await sleep(500))
    for (const { pids } of (await platform.services()).filter((each) => each.name === name)) pids.forEach(kill);
}

export const outages: Readonly<Record<string, Outage>> = {
  database: {
    what: 'PostgreSQL is killed whenever it has been started again',
    tells: ['DatabaseUnreachable', 'FunctionNotReady', ...unavailable, ...slow, ...late],
    plant: keepDatabaseDown,
  },
  hung: {
    what: 'every process of PostgreSQL stands still (SIGSTOP)',
    tells: ['DatabaseUnreachable', 'FunctionNotReady', ...unavailable, ...slow, ...late],
    plant: (platform, over) => pausePrograms(postgresOf(platform), over),
  },
  crash: {
    what: 'every function refuses a variable when it starts',
    tells: ['FunctionNotReady', 'RelaySilent', ...unavailable, ...slow, ...late],
    async plant(platform, over) {
      const asleep = async () =>
        (await platform.services()).every(({ name, instances }) => instances === 0 || name === 'relay');
      await eventually(asleep, Boolean, 120);
      observedOverlay(platform.home, base, { OTEL_METRIC_EXPORT_INTERVAL: 'never' });
      await until(over);
      observedOverlay(platform.home, base, {});
    },
  },
  memory: {
    what: 'every instance of posts is killed, as for want of memory',
    tells: ['FunctionNotReady', 'PodRestarts', ...unavailable, ...slow, ...late],
    plant: (platform, over) => killInstances(platform, 'posts', over),
  },
  redis: {
    what: 'Redis stands still (SIGSTOP)',
    tells: ['RedisDown', 'WritesSlow', 'LoginsSlow'],
    plant: (platform, over) => pausePrograms(redisOf(platform), over),
  },
  consumer: {
    what: 'categories cannot count: its table is gone',
    tells: late,
    plant: (platform, over) => hideTable({ platform }, 'categories.counted', over),
  },
  disk: {
    what: "the Broker's disk is full",
    tells: ['OutboxStuck', 'WritesSlow', ...late],
    plant: fillBrokersDisk,
  },
  quiet: { what: 'nothing', tells: [], silent: true, plant: (_, over) => until(over) },
};
