import { virtualClock } from '@dormouse/time/virtual-clock';
import { describe, expect, test } from 'vitest';
import { type MemoryStore, memoryStore } from '../log/memory-store.ts';
import { type AckFiles, ackFiles, ackName, readAcks } from './acks.ts';

const logId = 7;
const ack = (sequence: number, trigger = 1) => ({
  trigger,
  sequence,
  ending: 'delivered' as const,
  attempts: 1,
  status: 202,
});

function open(store: MemoryStore, lowWatermarks: { trigger: number; sequence: number }[] = [], reports: string[] = []) {
  const clock = virtualClock();
  const acks: AckFiles = ackFiles({
    store,
    logId,
    newestSegment: () => 1,
    changedLowWatermarks: () => lowWatermarks.splice(0),
    clock,
    report: (line) => reports.push(line),
  });
  return { acks, clock, reports };
}

describe('acknowledgements', () => {
  test('are written later, together, and read back', async () => {
    const store = memoryStore();
    const { acks, clock } = open(store, [{ trigger: 1, sequence: 3 }]);
    acks.add(1, ack(1));
    acks.add(1, { ...ack(2), ending: 'undeliverable', attempts: 400, status: 503 });
    acks.add(9, ack(10, 2));
    expect(store.peek(ackName(1))).toBeUndefined();
    await clock.advance(50);
    expect(await readAcks(store, logId)).toEqual({
      acks: [ack(1), { ...ack(2), ending: 'undeliverable', attempts: 255, status: 503 }, ack(10, 2)],
      lowWatermarks: new Map([[1, 3]]),
      highestTrigger: 2,
      reached: 11,
      unreadable: 0,
    });
    expect(clock.waiting).toBe(0);
  });

  test('are left out when they are old and their trigger is done with everything up to them', async () => {
    const store = memoryStore();
    const { acks } = open(store, [{ trigger: 1, sequence: 5 }]);
    for (const sequence of [1, 2, 4, 7]) acks.add(1, ack(sequence));
    acks.add(1, ack(3, 2));
    await acks.close();
    const known = await readAcks(store, logId, 4);
    expect(known.acks).toEqual([ack(4), ack(7), ack(3, 2)]);
    expect(known).toMatchObject({ reached: 8, highestTrigger: 2 });
  });

  test('go with their segment', async () => {
    const store = memoryStore();
    const { acks, clock } = open(store);
    acks.add(1, ack(1));
    await clock.advance(50);
    acks.add(1, ack(2));
    await acks.remove([1]);
    await clock.advance(50);
    expect(await store.list()).toEqual([]);
  });

  test('never say more than was written, whatever bit flips or is cut', async () => {
    const store = memoryStore();
    const { acks } = open(store, [{ trigger: 1, sequence: 2 }]);
    for (let sequence = 1; sequence <= 4; sequence++) acks.add(1, ack(sequence));
    await acks.close();
    const whole = store.peek(ackName(1)) as Buffer;
    const written = (await readAcks(store, logId)).acks;
    const check = async (bytes: Buffer) => {
      store.poke(ackName(1), bytes);
      const known = await readAcks(store, logId);
      for (const each of known.acks) expect(written).toContainEqual(each);
      for (const [trigger, lowWatermark] of known.lowWatermarks) expect([trigger, lowWatermark]).toEqual([1, 2]);
    };
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const flipped = Buffer.from(whole);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      await check(flipped);
    }
    for (let length = 0; length < whole.length; length++) await check(whole.subarray(0, length));
  });

  test('that cannot be written are reported, and the next ones are written', async () => {
    const store = memoryStore();
    const { acks, clock, reports } = open(store);
    store.before = () => {
      throw new Error('no space left on device');
    };
    acks.add(1, ack(1));
    await clock.advance(50);
    expect(reports.join()).toContain('no space left on device');
    store.before = () => {};
    acks.add(1, ack(2));
    await clock.advance(50);
    expect((await readAcks(store, logId)).acks).toEqual([ack(2)]);
  });
});
