import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { prepareReader } from '@dormouse/runtime/login-role';
import { migrate } from '@dormouse/runtime/migrate';
import { migrationsOf } from '@dormouse/runtime/migrations-of';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { databaseStore } from './database-store.ts';
import { contentOf, fill } from './filled-database.fixture.ts';
import { folderPlace } from './folder-place.ts';
import { nightly } from './nightly.ts';
import { openBackup } from './open-backup.ts';
import { restoreBackup } from './restore-backup.ts';

const functions = join(import.meta.dirname, '..');
const { signal } = new AbortController();
let source: TestDatabase;
let place: string;
let printed: string[];

beforeAll(async () => {
  const all = migrationsOf(functions);
  source = await testDatabase(...all.map(({ name }) => name));
  await prepareReader(source.admin, 'backup', 'test');
  await migrate(source.admin, all);
  await fill(source.admin);
});
afterAll(() => source.drop());
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'dormouse backups '));
  printed = [];
});
afterEach(() => rmSync(place, { recursive: true }));

const run = (env: Record<string, string>) =>
  nightly({
    env: { DATABASE_URL: source.urlOf('backup'), BACKUP_PLACE: place, ...env },
    functions,
    version: '0.1.0',
    signal,
    print: (line) => void printed.push(line),
  });

test('a role that may only read makes a whole backup, which only the recipient can open', async () => {
  const identity = await generateX25519Identity();
  await run({ BACKUP_RECIPIENT: await identityToRecipient(identity) });
  expect(printed.at(-1)).toMatch(/^stored \S+: [1-9]\d* rows of [1-9]\d* tables as of 2\S+Z, [1-9]\d* bytes$/);
  const target = await testDatabase();
  const restore = async (key?: { identity: string }) =>
    restoreBackup({
      backup: await openBackup({ place: folderPlace(place), key }),
      stores: [databaseStore({ url: target.urlOf(''), functions })],
      signal,
    });
  await expect(restore()).rejects.toThrow('--identity-file');
  await restore({ identity });
  expect(await contentOf(target.admin)).toEqual(await contentOf(source.admin));
  await target.drop();
});

const nextSecond = () => sleep(1000 - (Date.now() % 1000));

test('old ones are removed only once a new one is stored', async () => {
  for (let n = 0; n < 3; n++) {
    await run({ BACKUP_RECIPIENT: 'none' });
    await nextSecond(); // two ids of one second have no order
  }
  const before = await folderPlace(place).list();
  expect(before).toHaveLength(3);
  const keep = { BACKUP_RECIPIENT: 'none', BACKUP_KEEP_NEWEST: '2' };
  await expect(run({ ...keep, DATABASE_URL: 'postgres://nobody@127.0.0.1:9/x' })).rejects.toThrow('does not answer');
  expect(await folderPlace(place).list()).toEqual(before);
  await run(keep);
  const after = await folderPlace(place).list();
  expect([after.length, before.filter((id) => after.includes(id))]).toEqual([2, before.slice(2)]);
});

test('a table that the role may not read is named, and leaves no backup without it', async () => {
  await source.admin`CREATE TABLE posts.later (id int)`;
  await expect(run({ BACKUP_RECIPIENT: 'none' })).rejects.toThrow(
    'the database refuses the backup: permission denied for table later',
  );
  await source.admin`DROP TABLE posts.later`;
  expect(await folderPlace(place).list()).toEqual([]);
});

test.each([
  [{}, 'the environment variable BACKUP_RECIPIENT is missing'],
  [{ BACKUP_PLACE: '' }, 'the environment variable BACKUP_PLACE is missing'],
  [{ BACKUP_RECIPIENT: 'ssh-ed25519 A' }, 'the recipient is none of age'],
  [{ BACKUP_RECIPIENT: 'none', BACKUP_KEEP_DAILY: 'all' }, 'BACKUP_KEEP_DAILY must be a whole number'],
])('%j: says %s', async (env, message) => {
  await expect(run(env as Record<string, string>)).rejects.toThrow(message);
  expect(await folderPlace(place).list()).toEqual([]);
});
