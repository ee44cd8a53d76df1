import type { Clock } from '@dormouse/time/clock';
import { describe, expect, test } from 'vitest';
import { memoryStore } from './log/memory-store.ts';
import { LogDamagedError } from './log/recover-log.ts';
import { seeded } from './log/seeded.fixture.ts';
import { type Log, openLog } from './log/segmented-log.ts';
import { type Ack, type AckFiles, ackFiles } from './store/acks.ts';
import { recoverBroker } from './store/recover-broker.ts';
import { type KnownTrigger, triggerTable } from './store/trigger-table.ts';

const still: Clock = {
  now: () => 1_700_000_000_000,
  setTimeout: () => 0,
  clearTimeout: () => {},
  setInterval: () => 0,
  clearInterval: () => {},
};

/** The files of a broker's folder, and what had been acknowledged when they were taken. */
interface Folder {
  files: Map<string, Buffer>;
  records: Buffer[];
  acks: Set<string>;
  lowWatermarks: Map<number, number>;
  triggers: Map<string, KnownTrigger>;
  segmentBytes: number;
}

const bytesOf = (files: Iterable<Buffer>) => [...files].reduce((sum, { length }) => sum + length, 0);
const keyOf = ({ trigger, sequence, ending, attempts, status }: Ack) =>
  `${trigger} ${sequence} ${ending} ${attempts} ${status}`;

/**
 * A folder of exactly `total` bytes: records of very different lengths, alone and in groups, with acknowledgements of
 * two triggers. Closed as by a clean stop, or as a kill leaves it in the middle of a write (which is then not among `records`).
 */
async function folder(
  total: number,
  { segmentBytes, maxBytes, killed }: { segmentBytes: number; maxBytes: number; killed: boolean },
): Promise<Folder> {
  const random = seeded(total);
  const store = memoryStore();
  const made: Folder = {
    files: new Map(),
    records: [],
    acks: new Set(),
    lowWatermarks: new Map(),
    triggers: new Map(),
    segmentBytes,
  };
  const log = await openLog({ store, clock: still, segmentBytes });
  const acks = ackFiles({
    store,
    logId: log.id,
    newestSegment: () => log.end.segment,
    changedLowWatermarks: () => [...made.lowWatermarks].map(([trigger, sequence]) => ({ trigger, sequence })),
    clock: still,
  });
  const payload = (length: number) => Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
  const used = async () => bytesOf((await store.list()).map((name) => store.peek(name) as Buffer));
  made.triggers = new Map(['categories', 'web'].map((name, i) => [name, { number: i + 1, start: 1 }]));
  await (await triggerTable(store)).write(made.triggers);
  while ((await used()) + 3 * maxBytes + 1_024 < total) {
    const group = Array.from({ length: random() < 0.8 ? 1 : 2 }, () => payload(Math.floor(maxBytes * random() ** 2)));
    await append(made, log, acks, group);
  }
  if (!killed) await log.close();
  await acks.close();
  const left = total - (await used()) - 32;
  const after = killed ? log : await openLog({ store, clock: still, segmentBytes: total });
  if (killed) await unfinished();
  else {
    await after.append([payload(left)]);
    made.records.push(await last(after));
    await after.close();
  }
  for (const name of await store.list()) made.files.set(name, Buffer.from(store.peek(name) as Buffer));
  return made;

  /** The first part of a write reached the disk, the kill prevented the rest. */
  async function unfinished(): Promise<void> {
    const { segment } = log.end;
    const name = `${String(segment).padStart(16, '0')}.log`;
    const before = store.peek('end') as Buffer;
    await log.append([payload(left), payload(64)]);
    const whole = store.peek(name) as Buffer;
    store.poke(name, whole.subarray(0, whole.length - 64 - 32));
    store.poke('end', before);
  }
}

async function last(log: Log): Promise<Buffer> {
  const { records } = await log.read(await log.locate(log.end.sequence - 1), 1);
  return records[0]?.payload as Buffer;
}

async function append(made: Folder, log: Log, acks: AckFiles, group: Buffer[]): Promise<void> {
  for (const position of await log.append(group)) {
    for (const trigger of [1, 2]) {
      const ack: Ack = { trigger, sequence: position.sequence, ending: 'delivered', attempts: trigger, status: 202 };
      made.acks.add(keyOf(ack));
      made.lowWatermarks.set(trigger, position.sequence + 1);
      acks.add(position.segment, ack);
    }
  }
  made.records.push(...group);
  await acks.flush();
}

type Outcome = 'rejected' | 'whole' | { wrong: string };

/** Opens the files as the broker does and compares with what had been acknowledged. Writes go to copies, never into the buffers given. */
async function judge(made: Folder, files: ReadonlyMap<string, Buffer>): Promise<Outcome> {
  let wrong = '';
  let next = 1;
  const visit = ({ position, payload }: { position: { sequence: number }; payload: Buffer }) => {
    const expected = made.records[next - 1];
    if (position.sequence !== next++ || !expected?.equals(payload))
      wrong ||= `record ${position.sequence} is not what was appended`;
  };
  try {
    const { acks, table } = await recoverBroker(
      { store: memoryStore(files), clock: still, segmentBytes: made.segmentBytes, visit },
      10,
    );
    if (next !== made.records.length + 1) wrong ||= `${next - 1} records of ${made.records.length}`;
    for (const ack of acks.acks)
      if (!made.acks.has(keyOf(ack))) wrong ||= `an acknowledgement nobody gave: ${keyOf(ack)}`;
    for (const [trigger, lowWatermark] of acks.lowWatermarks)
      if (lowWatermark > (made.lowWatermarks.get(trigger) ?? 0))
        wrong ||= `trigger ${trigger} was not yet at ${lowWatermark}`;
    if (!table.damage && JSON.stringify([...table.triggers]) !== JSON.stringify([...made.triggers]))
      wrong ||= 'other triggers';
    return wrong ? { wrong } : 'whole';
  } catch (error) {
    if (error instanceof LogDamagedError) return 'rejected';
    return { wrong: `opening failed by ${error}` };
  }
}

/** Damages one thing at a time and puts it back; counts what came of it, and lists what was silently wrong. */
function campaign(made: Folder) {
  const files = new Map(made.files);
  const tally = { tried: 0, rejected: 0, wrong: [] as string[], wholeInLog: 0 };
  const count = async (name: string, what: string) => {
    const outcome = await judge(made, files);
    tally.tried++;
    if (outcome === 'rejected') tally.rejected++;
    else if (typeof outcome === 'object') tally.wrong.push(`${name}, ${what}: ${outcome.wrong}`);
    else if (name.endsWith('.log')) tally.wholeInLog++;
  };
  return {
    tally,
    async flip(name: string, bit: number) {
      const bytes = made.files.get(name) as Buffer;
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      await count(name, `bit ${bit}`);
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
    },
    /** A length below 0 removes the file. */
    async cut(name: string, length: number) {
      const bytes = made.files.get(name) as Buffer;
      if (length < 0) files.delete(name);
      else files.set(name, bytes.subarray(0, length));
      await count(name, length < 0 ? 'missing' : `cut to ${length}`);
      files.set(name, bytes);
    },
  };
}

const segmentsOf = ({ files }: Folder) => [...files.keys()].filter((name) => name.endsWith('.log')).length;

/** Bytes of the store of which every bit is tried; tries cost their square (64 KiB: two minutes of a core). */
const wholly = Number(process.env.DAMAGE_BYTES ?? 24_576);

describe(`a store of ${wholly} bytes in at least three segments is whole or rejected, never silently wrong,`, () => {
  const small = { segmentBytes: Math.floor(wholly / 3.6), maxBytes: Math.floor(wholly / 11), killed: false };

  test('after any single bit flipped, in any of its files', async () => {
    const made = await folder(wholly, small);
    expect(bytesOf(made.files.values())).toBe(wholly);
    expect(segmentsOf(made)).toBeGreaterThanOrEqual(3);
    expect(await judge(made, made.files)).toBe('whole');
    const { flip, tally } = campaign(made);
    for (const [name, { length }] of made.files) for (let bit = 0; bit < length * 8; bit++) await flip(name, bit);
    expect(tally).toMatchObject({ tried: wholly * 8, wrong: [], wholeInLog: 0 });
  }, 300_000);

  test('after any cut of any of its files, and without any one of them', async () => {
    const made = await folder(wholly, small);
    const { cut, tally } = campaign(made);
    for (const [name, { length }] of made.files) for (let bytes = -1; bytes < length; bytes++) await cut(name, bytes);
    expect(tally).toMatchObject({ tried: wholly + made.files.size, wrong: [], wholeInLog: 0 });
  });
});

describe('a store of 1 MB is whole or rejected, never silently wrong,', () => {
  test.each([
    ['closed', false],
    ['killed in the middle of a write', true],
  ])('after each of 12,000 seeded flips and cuts: %s', async (_how, killed) => {
    const made = await folder(1_000_000, { segmentBytes: 180_000, maxBytes: 24_000, killed });
    expect(bytesOf(made.files.values())).toBe(1_000_000);
    expect(await judge(made, made.files)).toBe('whole');
    const { flip, cut, tally } = campaign(made);
    const random = seeded(20_261_124);
    for (let turn = 0; turn < 12_000; turn++) {
      let at = Math.floor(random() * 1_000_000);
      const name = [...made.files.keys()].find((each) => (at -= (made.files.get(each) as Buffer).length) < 0) as string;
      const byte = at + (made.files.get(name) as Buffer).length;
      if (turn % 2 === 0) await flip(name, byte * 8 + Math.floor(random() * 8));
      else await cut(name, byte - 1);
    }
    expect(tally).toMatchObject({ tried: 12_000, wrong: [] });
    expect(tally.rejected).toBeGreaterThan(10_000);
  });
});
