import type { Clock } from '@dormouse/time/clock';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MemoryStore, memoryStore } from './memory-store.ts';
import { segmentHeader } from './record.ts';
import { LogDamagedError } from './recover-log.ts';
import { type Log, openLog } from './segmented-log.ts';

const still: Clock = {
  now: () => 1_700_000_000_000,
  setTimeout: () => 0,
  clearTimeout: () => {},
  setInterval: () => 0,
  clearInterval: () => {},
};
const segmentBytes = 400;
const text = (value: string) => Buffer.from(value);

async function open(store: MemoryStore, found: string[] = [], repairs: string[] = []): Promise<Log> {
  return openLog({
    store,
    clock: still,
    segmentBytes,
    report: (line) => repairs.push(line),
    visit: ({ position, payload }) => found.push(`${position.sequence}:${payload}`),
  });
}

const contents = async (store: MemoryStore) => {
  const found: string[] = [];
  const log = await open(store, found);
  await log.close();
  return found;
};

/** A log of `count` records over several segments, closed, and what it holds. */
async function written(count: number): Promise<{ store: MemoryStore; records: string[] }> {
  const store = memoryStore();
  const log = await open(store);
  const records: string[] = [];
  for (let i = 1; i <= count; i++) {
    const payload = `event ${i} ${'x'.repeat(i % 40)}`;
    await log.append([text(payload)]);
    records.push(`${i}:${payload}`);
  }
  await log.close();
  return { store, records };
}

const segments = async (store: MemoryStore) => (await store.list()).filter((name) => name.endsWith('.log')).sort();

describe('the durable log', () => {
  test('keeps what was appended, in order, over segments and restarts', async () => {
    const { store, records } = await written(25);
    expect((await segments(store)).length).toBeGreaterThanOrEqual(3);
    expect(await contents(store)).toEqual(records);
    const log = await open(store);
    await log.append([text('more')]);
    expect(log.end.sequence).toBe(27);
    await log.close();
    expect(await contents(store)).toEqual([...records, '26:more']);
  });

  test('is read back from any position, whatever the window', async () => {
    const { store, records } = await written(25);
    const log = await open(store);
    for (const window of [1, 50, 10_000]) {
      const read: string[] = [];
      for (let at = log.begin; ; ) {
        const { records: found, next } = await log.read(at, window);
        if (found.length === 0) break;
        read.push(...found.map(({ position, payload }) => `${position.sequence}:${payload}`));
        at = next;
      }
      expect(read).toEqual(records);
    }
    for (let sequence = 1; sequence <= 25; sequence++) {
      const { records: found } = await log.read(await log.locate(sequence), 1);
      expect(found[0]?.position.sequence).toBe(sequence);
    }
  });

  test('resolves an append only once it is synced: a power loss removes nothing that was acknowledged', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            groups: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 6 }),
            lossAfter: fc.integer({ min: 0, max: 12 }),
          }),
          {
            maxLength: 5,
          },
        ),
        async (rounds) => {
          const store = memoryStore();
          const acknowledged: string[] = [];
          let number = 0;
          for (const { groups, lossAfter } of rounds) {
            const log = await open(store);
            let operations = 0;
            store.before = (operation) => {
              if (operation !== 'open' && operations++ === lossAfter) store.losePower();
            };
            await Promise.allSettled(
              groups.map(async (size) => {
                const group = Array.from({ length: size }, () => `event ${++number}`);
                await log.append(group.map(text));
                acknowledged.push(...group);
              }),
            );
            store.before = () => {};
            store.losePower();
          }
          const kept = (await contents(store)).map((line) => line.slice(line.indexOf(':') + 1));
          expect(kept).toEqual(expect.arrayContaining(acknowledged));
          expect(new Set(kept).size).toBe(kept.length);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('writes what comes together with one sync', async () => {
    const store = memoryStore();
    const log = await openLog({ store, clock: still });
    const before = store.syncs;
    await Promise.all(Array.from({ length: 200 }, (_, i) => log.append([text(`${i}`)])));
    expect(store.syncs - before).toBe(1);
  });

  test('never has more than 256 records in a write, unless they came together', async () => {
    const store = memoryStore();
    const log = await openLog({ store, clock: still });
    const before = store.syncs;
    await Promise.all(Array.from({ length: 600 }, (_, i) => log.append([text(`${i}`)])));
    expect(store.syncs - before).toBe(3);
    await log.append(Array.from({ length: 600 }, () => text('x')));
    expect(store.syncs - before).toBe(4);
  });

  test('has no timer of its own once the checkpoint is synced', async () => {
    const timers: (() => void)[] = [];
    const log = await openLog({ store: memoryStore(), clock: { ...still, setTimeout: (run) => timers.push(run) } });
    expect(timers).toHaveLength(0);
    await log.append([text('one')]);
    await new Promise(setImmediate);
    expect(timers).toHaveLength(1);
    timers[0]?.();
    await new Promise(setImmediate);
    expect(timers).toHaveLength(1);
  });

  test.each(['write', 'sync'] as const)(
    'goes on after a failed %s, with nothing of the failed append',
    async (failing) => {
      const store = memoryStore();
      const log = await open(store);
      await log.append([text('first')]);
      store.before = (operation, name) => {
        if (operation === failing && name.endsWith('.log'))
          throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      };
      await expect(log.append([text('second')])).rejects.toThrow('no space left');
      store.before = () => {};
      await log.append([text('third')]);
      await log.close();
      store.losePower();
      expect(await contents(store)).toEqual(['1:first', '2:third']);
    },
  );

  test('goes on when a segment could not be made', async () => {
    const { store, records } = await written(4);
    const log = await open(store);
    let failures = 1;
    store.before = (operation) => {
      if (operation === 'syncFolder' && failures-- > 0) throw new Error('no space left on device');
    };
    await expect(log.append([text('y'.repeat(300))])).rejects.toThrow('no space left');
    await log.append([text('z'.repeat(300))]);
    await log.close();
    expect(await contents(store)).toEqual([...records, `5:${'z'.repeat(300)}`]);
  });

  test('forgets whole old segments, also when the removal is cut short', async () => {
    const { store, records } = await written(25);
    const whole = store.copy();
    const log = await open(store);
    const bases = await log.removeBefore(20);
    expect(bases.length).toBeGreaterThan(0);
    await log.append([text('after')]);
    await log.close();
    const kept = await contents(store);
    expect(kept).toContain(records[19]);
    expect([...records, '26:after'].slice(-kept.length)).toEqual(kept);

    const interrupted = await open(whole);
    whole.before = (operation) => {
      if (operation === 'remove') whole.losePower();
    };
    await interrupted.removeBefore(20).catch(() => {});
    whole.before = () => {};
    whole.losePower();
    expect(await contents(whole)).toEqual(kept.slice(0, -1));
  });
});

describe('a damaged log', () => {
  test('says what to do', async () => {
    const { store } = await written(18);
    const [first] = await segments(store);
    const bytes = Buffer.from(store.peek(first as string) as Buffer);
    bytes[segmentHeader + 40] = (bytes[segmentHeader + 40] as number) ^ 1;
    store.poke(first as string, bytes);
    await expect(open(store)).rejects.toThrow(
      /^0{15}1\.log: .*damaged.*; restore the folder from a copy, or move it away/,
    );
  });

  test('does not take segments of another log, swapped ones or an older copy', async () => {
    const { store } = await written(18);
    const { store: other } = await written(18);
    const [, second, third] = (await segments(store)) as [string, string, string];
    const foreign = store.copy();
    foreign.poke(second, other.peek(second));
    await expect(open(foreign)).rejects.toThrow(LogDamagedError);
    const swapped = store.copy();
    swapped.poke(second, store.peek(third));
    await expect(open(swapped)).rejects.toThrow(LogDamagedError);
    const last = (await segments(store)).at(-1) as string;
    const stale = store.copy();
    const log = await open(store);
    await log.append([text('newest')]);
    await log.close();
    store.poke(last, stale.peek(last));
    await expect(open(store)).rejects.toThrow(/were stored|had been stored/);
  });

  test('is cut only where nothing had been acknowledged: each cut of an unfinished write', async () => {
    const { store, records } = await written(10);
    const before = store.copy();
    const log = await open(store);
    await log.append([text('one'), text('two'), text('three')]);
    const last = (await segments(store)).at(-1) as string;
    const whole = store.peek(last) as Buffer;
    const known = before.peek(last)?.length ?? 0;
    for (let length = known; length < whole.length; length++) {
      const copy = before.copy();
      copy.poke(last, whole.subarray(0, length));
      const repairs: string[] = [];
      const found: string[] = [];
      const again = await open(copy, found, repairs);
      expect(found).toEqual(records);
      expect(repairs).toEqual(length > known ? [expect.stringContaining('had never been acknowledged')] : []);
      await again.append([text('next')]);
      await again.close();
      expect(await contents(copy)).toEqual([...records, '11:next']);
    }
  });

  test('is rejected when a later write proves that a damaged record had been stored, though the checkpoint is old', async () => {
    const { store } = await written(2);
    const checkpoint = store.peek('end') as Buffer;
    const log = await openLog({ store, clock: still });
    await log.append([text('third')]);
    const third = store.peek('0000000000000001.log')?.length ?? 0;
    await log.append([text('fourth')]);
    store.poke('end', checkpoint);
    for (let byte = third - 37; byte < third; byte++) {
      const copy = store.copy();
      const bytes = Buffer.from(copy.peek('0000000000000001.log') as Buffer);
      bytes[byte] = (bytes[byte] as number) ^ 0xff;
      copy.poke('0000000000000001.log', bytes);
      await expect(open(copy), `byte ${byte}`).rejects.toThrow(/written after it was stored/);
    }
  });
});
