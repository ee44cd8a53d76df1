import type { Upstream } from '@dormouse/serving/proxy/upstream';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import type { Clock } from '@dormouse/time/clock';
import { virtualClock } from '@dormouse/time/virtual-clock';
import { describe, expect, test } from 'vitest';
import { brokerOf, trigger } from './broker.fixture.ts';
import { type DurableBroker, openDurableBroker } from './durable-broker.ts';
import { type MemoryStore, memoryStore } from './log/memory-store.ts';
import { seeded } from './log/seeded.fixture.ts';
import { type Log, openLog } from './log/segmented-log.ts';

const still: Clock = {
  now: () => 1_700_000_000_000,
  setTimeout: () => 0,
  clearTimeout: () => {},
  setInterval: () => 0,
  clearInterval: () => {},
};
const segmentBytes = 5_000;
const openSmall = (store: MemoryStore, found: string[] = []) =>
  openLog({ store, clock: still, segmentBytes, visit: ({ payload }) => found.push(payload.toString().trimEnd()) });

/** What a run of the log promised: groups it acknowledged, groups it may keep, and those it was allowed to forget. */
interface Promised {
  acknowledged: string[][];
  asked: string[][];
  forgettable: number;
}

/** Appends of different sizes, alone, in groups and at once, over several segments; old ones are removed; ends closed. */
async function work(store: MemoryStore): Promise<Promised> {
  const promised: Promised = { acknowledged: [], asked: [], forgettable: 0 };
  const random = seeded(7);
  let number = 0;
  const append = async (log: Log) => {
    const group = Array.from({ length: random() < 0.6 ? 1 : 3 }, () => `event ${++number}`);
    promised.asked.push(group);
    await log.append(group.map((name) => Buffer.from(name.padEnd(100 + Math.floor(random() * 1_200))))).then(
      () => promised.acknowledged.push(group),
      () => {},
    );
  };
  try {
    const log = await openSmall(store);
    for (let turn = 0; turn < 4; turn++) {
      await append(log);
      await Promise.all([append(log), append(log), append(log)]);
    }
    promised.forgettable = promised.acknowledged.length - 3;
    const kept = promised.acknowledged.slice(0, -3).flat().length;
    await log.removeBefore(kept).catch(() => {});
    await append(log);
    await log.close();
  } catch {
    // opening, or closing, met the fault
  }
  return promised;
}

/** What is found keeps the order and holds whole groups only, each once; what was acknowledged is among it. */
function check({ acknowledged, asked, forgettable }: Promised, found: readonly string[], when: string): void {
  const known = new Set(found);
  expect(known.size, `${when}: something is there twice`).toBe(found.length);
  expect(
    found.filter((name) => name.startsWith('event')),
    `${when}: order, or something nobody sent`,
  ).toEqual(asked.flat().filter((name) => known.has(name)));
  const torn = asked.slice(forgettable).filter((group) => new Set(group.map((name) => known.has(name))).size > 1);
  expect(torn, `${when}: groups in part`).toEqual([]);
  expect(
    acknowledged.slice(forgettable).filter((group) => !group.every((name) => known.has(name))),
    `${when}: acknowledged and gone`,
  ).toEqual([]);
}

/** Opens what is left, appends, and opens again. */
async function recovers(store: MemoryStore, promised: Promised, when: string): Promise<void> {
  store.before = () => {};
  const found: string[] = [];
  const log = await openSmall(store, found);
  check(promised, found, when);
  await log.append([Buffer.from('and on')]);
  await log.close();
  const again: string[] = [];
  await (await openSmall(store, again)).close();
  expect(again, when).toEqual([...found, 'and on']);
}

async function operationsOf(run: (store: MemoryStore) => Promise<unknown>): Promise<number> {
  const store = memoryStore();
  let count = 0;
  store.before = () => void count++;
  await run(store);
  return count;
}

/** The power goes at the n-th operation: from then on nothing works. */
function cutPower(store: MemoryStore, n: number, survives: () => boolean): void {
  let left = n;
  store.before = () => {
    if (left-- === 0) store.losePower(survives);
    if (left < 0) throw Object.assign(new Error('the power is off'), { code: 'EIO' });
  };
}

const failure = (code: string) => Object.assign(new Error(code), { code });

/** Which unsynced sectors, lengths and names outlive the power: none, all, or any. */
const survivals: [string, () => boolean][] = [
  ['nothing unsynced survives', () => false],
  ['everything written survives', () => true],
  ...Array.from({ length: 12 }, (_, seed): [string, () => boolean] => {
    const random = seeded(seed + 1);
    return [`sectors survive by chance ${seed + 1}`, () => random() < 0.5];
  }),
];

describe('the log keeps what it acknowledged', () => {
  test.each(survivals)('when the power goes at any operation, and %s', async (how, survives) => {
    const operations = await operationsOf(work);
    expect(operations).toBeGreaterThan(40);
    for (let n = 0; n <= operations; n++) {
      const store = memoryStore();
      cutPower(store, n, survives);
      const promised = await work(store);
      if (n === operations) store.losePower(survives);
      await recovers(store, promised, `operation ${n}, ${how}`);
    }
  });

  test('when the power goes a second time while it recovers', async () => {
    const operations = await operationsOf(work);
    for (let n = 0; n < operations; n++) {
      for (let second = 0; second < 8; second++) {
        const random = seeded(n * 8 + second);
        const store = memoryStore();
        cutPower(store, n, () => random() < 0.7);
        const promised = await work(store);
        cutPower(store, second, () => random() < 0.5);
        await openSmall(store)
          .then((log) => log.close())
          .catch(() => {});
        await recovers(store, promised, `operations ${n} and then ${second}`);
      }
    }
  });

  test.each([
    ['fails once', 1],
    ['fails three times', 3],
    ['fails from then on, until there is room again', Number.POSITIVE_INFINITY],
  ])('when the n-th operation %s, for every n, with and without a power loss after it', async (_how, times) => {
    const operations = await operationsOf(work);
    for (let n = 0; n < operations; n++) {
      for (const [how, survives] of [['a kill', undefined], ...survivals.slice(0, 4)] as [
        string,
        (() => boolean) | undefined,
      ][]) {
        const store = memoryStore();
        let at = 0;
        store.before = () => {
          const mine = at++;
          if (mine >= n && mine < n + times) throw failure('ENOSPC');
        };
        const promised = await work(store);
        if (survives) store.losePower(survives);
        await recovers(store, promised, `operation ${n}, then ${how}`);
      }
    }
  });
});

interface Life {
  broker: DurableBroker | undefined;
  acknowledged: string[];
  delivered: Map<string, string[]>;
}

const storeNames = ['events', 'undeliverable'] as const;
const triggers = [
  trigger('web'),
  trigger('search', [], { retry: 2, backoffDelayMs: 100 }),
  trigger('broken', [], { retry: 1, backoffDelayMs: 100 }),
];

/** A broker's life on two stores: `search` fails every third event once, `broken` rejects all. */
async function live(
  stores: Record<(typeof storeNames)[number], MemoryStore>,
  ids: readonly string[],
  dead: () => boolean,
): Promise<Life> {
  const clock = virtualClock();
  const life: Life = {
    broker: undefined,
    acknowledged: [],
    delivered: new Map(triggers.map(({ name }) => [name, []])),
  };
  const failed = new Set<string>();
  const upstream: Upstream = {
    async request(to, { headers }) {
      if (dead()) return new Promise(() => {});
      const [name, id] = [to.kind === 'service' ? to.name : '', headers['ce-id'] as string];
      const fails = name === 'broken' || (name === 'search' && Number(id) % 3 === 0 && !failed.has(id));
      failed.add(id);
      if (!fails) life.delivered.get(name)?.push(id);
      return { status: fails ? 503 : 202, headers: {}, body: Buffer.alloc(0) };
    },
  };
  try {
    life.broker = await openDurableBroker({
      broker: brokerOf(),
      triggers,
      stores,
      upstream,
      telemetry: new Telemetry(),
      clock,
      retention: { maxBytes: 2_000, maxAgeMs: 1e12 },
      segmentBytes: 1_000,
      changed: () => {},
      report: () => {},
    });
    for (const id of ids) {
      const attributes = { specversion: '1.0', id, source: '/posts', type: 'test' };
      const event = {
        attributes,
        data: Buffer.from('{}'),
        traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-00`,
        ttl: 255,
      };
      await life.broker.publish([event]).then(
        () => life.acknowledged.push(id),
        () => {},
      );
      await clock.advance(20);
    }
    await clock.advance(5_000);
  } catch {
    // opening met the fault
  }
  return life;
}

const memoryStores = () => ({ events: memoryStore(), undeliverable: memoryStore() });
/** Operations of a first life in which nothing fails. */
async function operationsOfLife(): Promise<number> {
  const stores = memoryStores();
  let count = 0;
  for (const name of storeNames) stores[name].before = () => void count++;
  await live(stores, numbers(1, 8), () => false);
  return count;
}

const numbers = (from: number, count: number) => Array.from({ length: count }, (_, i) => String(from + i));

describe('a broker delivers what it acknowledged to every trigger, or keeps it with its cause', () => {
  /** `fault` is asked before each operation of both stores; what it throws is the operation's failure. */
  async function survived(
    fault: (n: number, stores: ReturnType<typeof memoryStores>) => void,
    when: string,
    killed: () => boolean,
  ): Promise<void> {
    const stores = memoryStores();
    let at = 0;
    for (const name of storeNames) stores[name].before = () => fault(at++, stores);
    const first = await live(stores, numbers(1, 8), killed);
    for (const name of storeNames) stores[name].before = () => {};
    const second = await live(stores, numbers(9, 2), () => false);
    for (const { name } of triggers.filter(({ name }) => name !== 'broken')) {
      const delivered = new Set([...(first.delivered.get(name) ?? []), ...(second.delivered.get(name) ?? [])]);
      expect(
        [...first.acknowledged, ...second.acknowledged].filter((id) => !delivered.has(id)),
        `${when}: never delivered to ${name}`,
      ).toEqual([]);
    }
    const kept = new Set(second.broker?.undeliverable().map(({ id }) => id));
    expect(
      [...first.acknowledged, ...second.acknowledged].filter((id) => !kept.has(id)),
      `${when}: neither delivered nor kept`,
    ).toEqual([]);
    expect(second.acknowledged, when).toEqual(['9', '10']);
    await second.broker?.close();
  }

  test.each(survivals.slice(0, 4))('when the power goes at any operation, and %s', async (how, survives) => {
    const operations = await operationsOfLife();
    expect(operations).toBeGreaterThan(60);
    for (let n = 0; n < operations; n++) {
      let off = false;
      const fault = (operation: number, stores: ReturnType<typeof memoryStores>) => {
        if (operation === n) {
          for (const name of storeNames) stores[name].losePower(survives);
          off = true;
        }
        if (off) throw failure('EIO');
      };
      await survived(fault, `operation ${n}, ${how}`, () => off);
    }
  });

  test.each([
    ['fails once', 1],
    ['and the nine after it fail', 10],
  ])('when the n-th operation %s, for every n', async (_how, times) => {
    const operations = await operationsOfLife();
    for (let n = 0; n < operations; n++) {
      const fault = (operation: number) => {
        if (operation >= n && operation < n + times) throw failure('ENOSPC');
      };
      await survived(fault, `operation ${n}`, () => false);
    }
  });
});
