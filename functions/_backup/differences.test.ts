import { expect, test } from 'vitest';
import { differencesBetween } from './differences.ts';
import type { DatabaseSection, FilesSection, Part } from './manifest.ts';

const part = (contentSha256: string): Part => ({ name: 'a/b', sha256: '', bytes: 0, contentSha256, contentBytes: 0 });
const files = (content: Record<string, string>): FilesSection => ({
  kind: 'files',
  files: Object.entries(content).map(([path, hash]) => ({ path, part: part(hash) })),
});
const database = (rows: number, hash: string, last: string | null = '3'): DatabaseSection => ({
  kind: 'database',
  moment: '',
  server: '18',
  functions: ['auth'],
  migrations: [{ name: 'auth/001.sql', hash: 'x' }],
  tables: [{ schema: 'auth', name: 'users', columns: ['id'], key: ['id'], rows, part: part(hash) }],
  sequences: [{ schema: 'auth', name: 'user_ids', last }],
});

test('a backup of the same has no differences, however it was packed', () => {
  const stores = { database: database(2, 'a'), pictures: files({ x: '1', y: '2' }) };
  expect(differencesBetween({ stores }, { stores: structuredClone(stores) })).toEqual([]);
});

test('every difference has a line', () => {
  const before = { stores: { database: database(2, 'a'), pictures: files({ x: '1', y: '2' }), keys: files({}) } };
  const now = { stores: { database: database(3, 'b', null), pictures: files({ x: '3', z: '2' }) } };
  now.stores.database.migrations.push({ name: 'auth/002.sql', hash: 'y' });
  expect(differencesBetween(before, now)).toEqual([
    'database: migration auth/002.sql is new',
    'database: sequence auth.user_ids is at null instead of at 3',
    'database: table auth.users is 3 rows (b) instead of 2 rows (a)',
    'pictures: x is 3 instead of 1',
    'pictures: y is missing',
    'pictures: z is new',
    'keys is missing',
  ]);
});

test('the same number of other rows is a difference', () => {
  expect(
    differencesBetween({ stores: { database: database(2, 'a') } }, { stores: { database: database(2, 'b') } }),
  ).toHaveLength(1);
});

test('what is in a file of bookkeeping is no difference, and its absence is one', () => {
  const before = { stores: { events: files({ end: '1', log: '1' }) } };
  const isBookkeeping = (_: string, path: string) => path === 'end';
  expect(differencesBetween(before, { stores: { events: files({ end: '2', log: '2' }) } }, isBookkeeping)).toEqual([
    'events: log is 2 instead of 1',
  ]);
  expect(differencesBetween(before, { stores: { events: files({ log: '1' }) } }, isBookkeeping)).toEqual([
    'events: end is missing',
  ]);
});
