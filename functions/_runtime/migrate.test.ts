import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { migrate, migrateWithin } from './migrate.ts';

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

describe('locks', () => {
  /** Somebody who reads a table for a while, as a backup does. */
  async function reader(table: string) {
    const connection = await db.admin.reserve();
    await connection`BEGIN`;
    await connection.unsafe(`SELECT count(*) FROM ${table}`);
    return async () => {
      await connection`COMMIT`;
      connection.release();
    };
  }

  test('where nothing is to be done nothing is locked', async () => {
    write('001-things.sql', 'CREATE TABLE things (id int);');
    await run('locks_a');
    const done = await reader('locks_a.outbox');
    expect(await migrate(db.admin, [{ name: 'locks_a', folder }], () => {}, { patienceMs: 0 })).toEqual([]);
    await done();
  });

  test('who waits for a lock lets requests pass, and tries again', async () => {
    write('001-things.sql', 'CREATE TABLE things (id int); INSERT INTO things VALUES (1);');
    await run('locks_b');
    const done = await reader('locks_b.things');
    write('002-more.sql', 'ALTER TABLE things ADD COLUMN color text;');
    const progress: string[] = [];
    const requests: unknown[] = [];
    const pause = async () => {
      requests.push(...(await db.as('locks_b')`SELECT id FROM things`));
      if (requests.length === 2) await done();
    };
    const lines = (line: string) => void progress.push(line);
    const applied = await migrate(db.admin, [{ name: 'locks_b', folder }], lines, { lockTimeoutMs: 50, pause });
    expect(applied).toEqual(['locks_b/002-more.sql']);
    expect(requests).toEqual([{ id: 1 }, { id: 1 }]);
    expect(progress).toEqual([
      'locks_b/002-more.sql: canceling statement due to lock timeout; again in 0.5 s',
      'locks_b/002-more.sql: canceling statement due to lock timeout; again in 1 s',
      'applied locks_b/002-more.sql',
    ]);
  });

  test('it fails by name when the lock never comes, and leaves nothing', async () => {
    write('001-things.sql', 'CREATE TABLE things (id int);');
    await run('locks_c');
    const done = await reader('locks_c.things');
    write('002-more.sql', 'CREATE TABLE others (id int); ALTER TABLE things ADD COLUMN color text;');
    const hasty = { lockTimeoutMs: 20, patienceMs: 0 };
    await expect(migrate(db.admin, [{ name: 'locks_c', folder }], () => {}, hasty)).rejects.toThrow(
      'locks_c/002-more.sql failed: canceling statement due to lock timeout',
    );
    await done();
    expect(await run('locks_c')).toEqual(['locks_c/002-more.sql']);
  });
});

describe('indexes that are built beside requests', () => {
  const isValid = async (schema: string) => {
    const rows = await db.admin`
      SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(${`${schema}.things_id`})`;
    return rows[0]?.indisvalid;
  };
  const index = '-- Ids are looked up.\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS things_id ON things (id);\n';

  test('writers go on meanwhile', async () => {
    write('001-things.sql', 'CREATE TABLE things (id int);');
    await run('beside_a');
    write('002-ids.concurrently.sql', index);
    const writer = await db.admin.reserve();
    await writer`BEGIN`;
    await writer`INSERT INTO beside_a.things VALUES (1)`;
    const running = migrate(db.admin, [{ name: 'beside_a', folder }]);
    await db.as('beside_a')`INSERT INTO things VALUES (2)`;
    await writer`COMMIT`;
    writer.release();
    expect(await running).toEqual(['beside_a/002-ids.concurrently.sql']);
    expect(await isValid('beside_a')).toBe(true);
  });

  test('two runs at once do not wait for each other', async () => {
    write('001-things.sql', 'CREATE TABLE things (id int);');
    write('002-ids.concurrently.sql', index);
    const other = postgres(db.urlOf(''), { max: 1, onnotice: () => {} });
    expect((await Promise.all([run('beside_b'), migrate(other, [{ name: 'beside_b', folder }])])).flat()).toEqual([
      'beside_b/001-things.sql',
      'beside_b/002-ids.concurrently.sql',
    ]);
    await other.end();
  });

  test('one whose building failed is built again', async () => {
    write('001-things.sql', 'CREATE TABLE things (id int); INSERT INTO things VALUES (1), (1);');
    await run('beside_c');
    write('002-ids.concurrently.sql', index);
    await expect(run('beside_c')).rejects.toThrow('beside_c/002-ids.concurrently.sql failed: could not create unique');
    expect(await isValid('beside_c')).toBe(false);
    await db.admin`DELETE FROM beside_c.things`;
    expect(await run('beside_c')).toEqual(['beside_c/002-ids.concurrently.sql']);
    expect(await isValid('beside_c')).toBe(true);
  });

  test('within a transaction, where nobody else is, it is built as any other', async () => {
    write('001-things.sql', 'CREATE TABLE things (id int);');
    write('002-ids.concurrently.sql', index);
    const connection = await db.admin.reserve();
    await connection`BEGIN`;
    await migrateWithin(connection, [{ name: 'beside_d', folder }]);
    await connection`COMMIT`;
    connection.release();
    expect(await isValid('beside_d')).toBe(true);
  });

  test('such a file holds nothing else', async () => {
    write('001-things.concurrently.sql', 'CREATE TABLE things (id int);');
    await expect(run('beside_e')).rejects.toThrow('it must begin with CREATE INDEX CONCURRENTLY IF NOT EXISTS');
  });
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
