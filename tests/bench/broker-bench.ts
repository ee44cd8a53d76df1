import type { Subscriber } from './broker-process.ts';
import { type ConsumerProcess, startConsumer } from './consumer-process.ts';
import { type Recovery, recovery } from './recovery.ts';
import type { Sent } from './senders.ts';
import { percentile, type Spread, spread } from './statistics.ts';
import { type Busy, clients, inFolder, withBroker } from './with-broker.ts';

export interface Latency {
  p50: number;
  p95: number;
  p99: number;
}

export interface BrokerResults {
  /** Every acknowledged event was synced with fdatasync before its 202. */
  publish: Record<'grouped' | 'single', { perSecond: Spread; busy: Busy }> & { ratio: number; clients: number };
  /** At a rate of events a second, open loop: from the moment it was due, and from its 202, until the consumer was called. */
  endToEnd: {
    rate: number;
    events: number;
    dueToAcknowledged: Latency;
    acknowledgedToCalled: Latency;
    dueToCalled: Latency;
    busy: Busy;
  };
  drain: { events: number; perSecond: number; busy: Busy };
  /** p95 from due to called of a live consumer, by who else is subscribed; `again` repeats `alive`. */
  neighbour: Record<Neighbour, Spread> & {
    rounds: number;
    rate: number;
    /** Of p95, against `alive` of the same round: 0.1 is ten percent more. */
    change: Record<Exclude<Neighbour, 'alive'>, Spread>;
    /** The broker's, on average. */
    busy: Record<Neighbour, number>;
  };
  recovery: Recovery;
}

type Neighbour = 'alive' | 'again' | 'refusing' | 'silent';

const rate = 1_000;

/** Everything about the broker alone, each in a process and a folder of its own. */
export async function brokerBench(
  outer: string,
  rounds: number,
  progress: (line: string) => void,
): Promise<BrokerResults> {
  const consumer = await startConsumer();
  try {
    progress('broker: publishing');
    const publish = await publishing(outer, Math.min(rounds, 5));
    progress('broker: end to end');
    const endToEnd = await reaching(outer, consumer);
    progress('broker: a backlog');
    const drain = await draining(outer, consumer, 100_000);
    const neighbour = await neighbours(outer, consumer, rounds, progress);
    progress('broker: recovery of 1 GB');
    return { publish, endToEnd, drain, neighbour, recovery: await inFolder(outer, recovery) };
  } finally {
    consumer.stop();
  }
}

async function publishing(outer: string, rounds: number): Promise<BrokerResults['publish']> {
  const ways = { grouped: {}, single: { commitRecords: 1 } };
  const found = { grouped: [] as number[], single: [] as number[] };
  const busy = {} as Record<'grouped' | 'single', Busy>;
  for (let round = 0; round < rounds; round++)
    for (const way of ['grouped', 'single'] as const)
      await withBroker(outer, { triggers: {}, ...ways[way] }, async (all, measured) => {
        await all.saturate(1);
        busy[way] = await measured(async () => found[way].push(await all.saturate(3)));
      });
  const [grouped, single] = [spread(found.grouped), spread(found.single)];
  return {
    grouped: { perSecond: grouped, busy: busy.grouped },
    single: { perSecond: single, busy: busy.single },
    ratio: grouped.median / single.median,
    clients,
  };
}

const latency = (numbers: readonly number[]): Latency => ({
  p50: percentile(numbers, 0.5),
  p95: percentile(numbers, 0.95),
  p99: percentile(numbers, 0.99),
});

async function reaching(outer: string, consumer: ConsumerProcess): Promise<BrokerResults['endToEnd']> {
  const setup = { triggers: { live: { port: consumer.port, path: '/end-to-end' } } };
  return withBroker(
    outer,
    setup,
    async (all, measured) => {
      await all.arrive(rate, 2);
      let sent: Sent[] = [];
      const busy = await measured(async () => (sent = await all.arrive(rate, 10)));
      const times = await called(consumer, '/end-to-end', sent);
      return {
        rate,
        events: sent.length,
        dueToAcknowledged: latency(sent.map(({ due, acknowledged }) => acknowledged - due)),
        acknowledgedToCalled: latency(sent.map(({ acknowledged }, i) => (times[i] as number) - acknowledged)),
        dueToCalled: latency(sent.map(({ due }, i) => (times[i] as number) - due)),
        busy,
      };
    },
    consumer,
  );
}

/** When each event was called; all of them have to be, within a minute. */
async function called(consumer: ConsumerProcess, path: string, sent: readonly Sent[]): Promise<number[]> {
  const calls = new Map<string, number>();
  for (let turn = 0; turn < 300 && !sent.every(({ id }) => calls.has(id)); turn++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (const [id, at] of Object.entries(await consumer.take(path))) if (!calls.has(id)) calls.set(id, at);
  }
  const missing = sent.filter(({ id }) => !calls.has(id)).length;
  if (missing > 0) throw new Error(`${missing} of ${sent.length} events did not arrive`);
  return sent.map(({ id }) => calls.get(id) as number);
}

async function draining(outer: string, consumer: ConsumerProcess, count: number): Promise<BrokerResults['drain']> {
  await consumer.hold(true);
  return withBroker(
    outer,
    { triggers: { live: { port: consumer.port, path: '/drain' } } },
    async (all, measured) => {
      await all.fill(count);
      const begun = await consumer.count('/drain');
      let start = 0;
      const busy = await measured(async () => {
        start = performance.now();
        await consumer.hold(false);
        while ((await consumer.count('/drain')) < count) await new Promise((resolve) => setTimeout(resolve, 20));
      });
      const perSecond = ((count - begun) * 1_000) / (performance.now() - start);
      const arrived = Object.keys(await consumer.take('/drain')).length;
      if (arrived !== count) throw new Error(`${arrived} of ${count} events arrived`);
      return { events: count, perSecond, busy };
    },
    consumer,
  );
}

async function neighbours(
  outer: string,
  consumer: ConsumerProcess,
  rounds: number,
  progress: (line: string) => void,
): Promise<BrokerResults['neighbour']> {
  const silent = await startConsumer();
  await silent.hold(true);
  const alive = { port: consumer.port, path: '/other' };
  const others: Record<Neighbour, Subscriber> = {
    alive,
    refusing: { url: 'http://127.0.0.1:9/' },
    silent: { port: silent.port, path: '/' },
    again: alive,
  };
  const names = Object.keys(others) as Neighbour[];
  const found = Object.fromEntries(names.map((who) => [who, []])) as unknown as Record<
    Neighbour,
    { p95: number; busy: number }[]
  >;
  for (let round = 0; round < rounds; round++) {
    progress(`broker: dead neighbours, round ${round + 1} of ${rounds}`);
    for (const who of names) found[who].push(await p95Beside(outer, consumer, others[who]));
  }
  silent.stop();
  const ofEach = <T>(value: (who: Neighbour) => T) =>
    Object.fromEntries(names.map((who) => [who, value(who)])) as Record<Neighbour, T>;
  return {
    rounds,
    rate,
    ...ofEach((who) => spread(found[who].map(({ p95 }) => p95))),
    change: ofEach((who) => spread(found[who].map(({ p95 }, i) => p95 / (found.alive[i]?.p95 as number) - 1))),
    busy: ofEach((who) => found[who].reduce((sum, { busy }) => sum + busy, 0) / rounds),
  };
}

/** As the Broker of the base asks for it. */
const delivery = { retry: 12, backoffPolicy: 'exponential', backoffDelayMs: 200, timeoutMs: 30_000 } as const;

async function p95Beside(
  outer: string,
  consumer: ConsumerProcess,
  other: Subscriber,
): Promise<{ p95: number; busy: number }> {
  return withBroker(
    outer,
    { triggers: { live: { port: consumer.port, path: '/beside' }, other }, delivery },
    async (all, measured) => {
      await all.arrive(rate, 2);
      let sent: Sent[] = [];
      const { broker } = await measured(async () => (sent = await all.arrive(rate, 3)));
      const times = await called(consumer, '/beside', sent);
      const latencies = sent.map(({ due }, i) => (times[i] as number) - due);
      return { p95: percentile(latencies, 0.95), busy: broker };
    },
  );
}
