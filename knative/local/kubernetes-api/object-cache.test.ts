import { expect, test } from 'vitest';
import type { CurrentObject } from './current-objects.ts';
import { ObjectCache } from './object-cache.ts';
import type { Condition } from './object-parts.ts';

const object = (
  name: string,
  conditions: Condition[],
  creationTimestamp = '2026-01-01T00:00:00.000Z',
): CurrentObject => ({
  key: `g/K/n/${name}`,
  observed: true,
  object: { apiVersion: 'g/v1', kind: 'K', metadata: { name, creationTimestamp }, spec: {}, status: { conditions } },
});
const second = (at: number) => Date.parse('2026-06-01T00:00:00Z') + at * 1_000;

test('conditions hold since their status changed, whatever else does', () => {
  let now = second(10);
  let current = [
    object('old', [{ type: 'Ready', status: 'True' }]),
    object('new', [{ type: 'Ready', status: 'True' }], '2026-06-01T00:00:05.500Z'),
  ];
  const cache = new ObjectCache(
    () => current,
    () => now,
    second(0),
  );
  const since = (name: string) =>
    cache.find(`g/K/n/${name}`)?.status?.conditions?.map((each) => each.lastTransitionTime);
  expect([since('old'), since('new')]).toEqual([['2026-06-01T00:00:00Z'], ['2026-06-01T00:00:05Z']]);
  now = second(20);
  const words = { type: 'Ready', status: 'True', message: 'other words' } as const;
  current = [object('old', [words, { type: 'More', status: 'False' }])];
  expect(since('old')).toEqual(['2026-06-01T00:00:00Z', '2026-06-01T00:00:20Z']);
  now = second(30);
  const { version } = cache;
  expect(cache.find('g/K/n/old') && cache.version).toBe(version);
  current = [object('old', [{ ...words, status: 'False' }])];
  expect(since('old')).toEqual(['2026-06-01T00:00:30Z']);
});
