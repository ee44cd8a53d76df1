import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { migrate } from './migrate.ts';

let db: TestDatabase;
let folder: string;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dormouse-migrate-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const run = (name: string) => migrate(db.admin, [{ name, folder, password: 'test' }]);

test('files are applied in the order of their names, once, as the function’s own role in its own schema', async () => {
  write('002-more.sql', 'ALTER TABLE things ADD COLUMN color text;');
  write('001-things.sql', 'CREATE TABLE things (id int); INSERT INTO things VALUES (1);');
  expect(await run('one')).toEqual(['one/001-things.sql', 'one/002-more.sql']);
  expect(await run('one')).toEqual([]);
  expect([...(await db.as('one')`SELECT id, color FROM things`)]).toEqual([{ id: 1, color: null }]);
  const [owner] = await db.admin`SELECT tableowner FROM pg_tables WHERE schemaname = 'one' AND tablename = 'things'`;
  expect(owner?.tableowner).toBe('one');
});

test('a file that was changed after it had been applied is refused by name', async () => {
  write('001-things.sql', 'CREATE TABLE things (id int);');
  await run('two');
  write('001-things.sql', 'CREATE TABLE things (id bigint);');
  await expect(run('two')).rejects.toThrow('two/001-things.sql was changed');
});

test('a file that fails leaves nothing of itself and is tried again', async () => {
  write('001-things.sql', 'CREATE TABLE things (id int); SELECT 1/0;');
  await expect(run('three')).rejects.toThrow('three/001-things.sql failed: division by zero');
  write('001-things.sql', 'CREATE TABLE things (id int);');
  expect(await run('three')).toEqual(['three/001-things.sql']);
});

test('two runs at once apply everything once', async () => {
  write('001-things.sql', 'CREATE TABLE things (id int);');
  const applied = await Promise.all([run('four'), run('four')]);
  expect(applied.flat()).toEqual(['four/001-things.sql']);
});

test('one function cannot read another’s tables', async () => {
  write('001-things.sql', 'CREATE TABLE things (id int);');
  await run('five');
  await run('six');
  await expect(db.as('six')`SELECT * FROM five.things`).rejects.toMatchObject({ code: '42501' });
  await expect(db.as('six')`SELECT * FROM five.inbox`).rejects.toMatchObject({ code: '42501' });
});

test('what is not a schema’s name is refused', async () => {
  await expect(run('x"; DROP SCHEMA public')).rejects.toThrow(TypeError);
});
