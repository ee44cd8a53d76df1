import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Publish } from '@dormouse/eventing/broker';
import { expect, it } from 'vitest';
import { forgetful } from './forgetful.ts';
import { type Fate, lossesIn } from './losses.ts';
import { lossy } from './lossy.ts';
import { random } from './random.ts';

type Events = Parameters<Publish>[0];
const numbered = (from: number, count: number): Events =>
  Array.from({ length: count }, (_, n) => ({
    attributes: { source: '/s', id: String(from + n) },
    data: undefined,
    traceparent: '',
    ttl: 255,
  }));
const idsOf = (events: Events) => events.map(({ attributes }) => attributes.id as string);

/** What a Broker of this seed stores of 2,000 events, at once and later, and what it says of the others. */
async function taken(seed: number) {
  const [stored, noted, waiting]: [string[], Map<string, Fate>, (() => void)[]] = [[], new Map(), []];
  const publish = lossy({
    random: random(seed),
    note: (fate, { id }) => void noted.set(id, fate),
    later: (work) => void waiting.push(work),
  })(async (events) => void stored.push(...idsOf(events)));
  for (let n = 0; n < 2_000; n += 10) await publish(numbered(n, 10));
  const atOnce = [...stored];
  for (const work of waiting) work();
  return { atOnce, stored, noted };
}

it('a lossy Broker stores each event as often, and as late, as it notes, about one of twenty in each way', async () => {
  const { atOnce, stored, noted } = await taken(7);
  const times = (ids: string[], id: string) => ids.filter((each) => each === id).length;
  for (const id of idsOf(numbered(0, 2_000))) {
    const fate = noted.get(id);
    expect([id, times(atOnce, id), times(stored, id)]).toEqual([
      id,
      ...(fate === 'dropped' ? [0, 0] : fate === 'doubled' ? [2, 2] : fate === 'held' ? [0, 1] : [1, 1]),
    ]);
  }
  for (const fate of ['dropped', 'doubled', 'held'] as const) {
    const count = [...noted.values()].filter((each) => each === fate).length;
    expect(count).toBeGreaterThan(60);
    expect(count).toBeLessThan(140);
  }
});

it('it does the same for the same seed', async () => {
  const [one, same, other] = await Promise.all([taken(3), taken(3), taken(4)]);
  expect(same).toEqual(one);
  expect(other.stored).not.toEqual(one.stored);
});

it('it notes nothing of what it could not store, and has not acknowledged', async () => {
  const noted: string[] = [];
  const publish = lossy({ random: random(1), note: (_, { id }) => void noted.push(id) })(async () =>
    Promise.reject(new Error('the disk is full')),
  );
  await expect(publish(numbered(0, 200))).rejects.toThrow('the disk is full');
  expect(noted).toEqual([]);
});

it('a forgetful dispatcher notes each delivery that it did not make, about one of twenty, and makes the others; what is no event passes', async () => {
  const [made, noted]: [string[], string[]] = [[], []];
  const { request } = forgetful({ random: random(5), note: (fate, { id }) => void noted.push(`${fate} ${id}`) })({
    request: async (_, { headers }) => {
      made.push(headers['ce-id'] ?? 'none');
      return { status: 204, headers: {}, body: Buffer.alloc(0) };
    },
  });
  const to = (headers: Record<string, string>) =>
    request({ kind: 'url', url: 'http://x' } as never, {
      method: 'POST',
      path: '/',
      headers,
      body: Buffer.alloc(0),
      timeoutMs: 1,
    });
  for (let n = 0; n < 1_000; n++) {
    const { status } = await to({ 'ce-source': '/s', 'ce-id': String(n) });
    expect(status).toBe(made.includes(String(n)) ? 204 : 202);
    expect(noted.includes(`undelivered ${n}`)).toBe(status === 202);
  }
  expect(noted.length).toBeGreaterThan(25);
  expect(noted.length).toBeLessThan(80);
  made.length = 0;
  for (let n = 0; n < 100; n++) await to({});
  expect(made).toHaveLength(100);
});

it('what was noted is read again, but for a line that a kill has cut short; nothing is noted by a Broker that is well', () => {
  const home = mkdtempSync(join(tmpdir(), 'dormouse-losses-'));
  try {
    const losses = lossesIn(home);
    expect(losses.read()).toEqual([]);
    losses.note('held', { source: '/posts', id: 'a' });
    losses.note('dropped', { source: '/chaos', id: 'b' });
    writeFileSync(join(home, 'lossy-broker.tsv'), 'dropped\t/posts', { flag: 'a' });
    expect(losses.read()).toEqual([
      { fate: 'held', name: '/posts a' },
      { fate: 'dropped', name: '/chaos b' },
    ]);
  } finally {
    rmSync(home, { recursive: true });
  }
});
