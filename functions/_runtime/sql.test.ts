import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { formatArray, parseArray } from './array-types.ts';
import { collected } from './collected.fixture.ts';
import { isUnavailable } from './errors.ts';
import { openSql } from './sql.ts';
import type { Sql } from './sql-types.ts';

let db: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  db = await testDatabase();
  await db.admin`CREATE TABLE notes (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text NOT NULL CHECK (text <> 'bad'))`;
});
beforeEach(async () => {
  await db.admin`TRUNCATE notes`;
  sql = openSql({ databaseUrl: db.urlOf(''), service: 'test' });
});
afterEach(() => sql.end({ timeout: 1 }));
afterAll(() => db.drop());

const texts = async () => (await sql<{ text: string }[]>`SELECT text FROM notes ORDER BY id`).map(({ text }) => text);
const kill = (pid: number) => db.admin`SELECT pg_terminate_backend(${pid})`;
/** A lost connection is noticed when its end arrives; statements before that fail with it. */
const inTime = { timeout: 10_000 };
const gone = (pid: number) =>
  expect.poll(() => db.admin`SELECT FROM pg_stat_activity WHERE pid = ${pid}`, inTime).toHaveLength(0);
const backend = async (on: Sql = sql) => ((await on`SELECT pg_backend_pid() AS pid`)[0] as { pid: number }).pid;

test('a transaction keeps what its work wrote, and returns what it returned', async () => {
  const result = await sql.begin(async (tx) => {
    await tx`INSERT INTO notes (text) VALUES ('a')`;
    await tx`INSERT INTO notes (text) VALUES ('b')`;
    return 7;
  });
  expect(result).toBe(7);
  expect(await texts()).toEqual(['a', 'b']);
});

test('a connection holds nothing of a transaction that has ended', async () => {
  const result = new WeakRef(await sql.begin(async (tx) => ({ rows: await tx`SELECT 1` })));
  await sql.begin((tx) => tx`SELECT 2`);
  await collected();
  expect(result.deref()).toBeUndefined();
});

test('a transaction whose work fails changes nothing and passes the error on', async () => {
  const failed = sql.begin(async (tx) => {
    await tx`INSERT INTO notes (text) VALUES ('a')`;
    throw new Error('changed my mind');
  });
  await expect(failed).rejects.toThrow('changed my mind');
  expect(await texts()).toEqual([]);
});

test('a statement whose failure was swallowed does not become a commit', async () => {
  const failed = sql.begin(async (tx) => {
    await tx`INSERT INTO notes (text) VALUES ('a')`;
    await tx`INSERT INTO notes (text) VALUES ('bad')`.catch(() => {});
  });
  await expect(failed).rejects.toThrow('rolled back');
  expect(await texts()).toEqual([]);
});

test('a savepoint takes back its own part only', async () => {
  await sql.begin(async (tx) => {
    await tx`INSERT INTO notes (text) VALUES ('kept')`;
    await tx.savepoint(async (inner) => inner`INSERT INTO notes (text) VALUES ('bad')`).catch(() => {});
    await tx`INSERT INTO notes (text) VALUES ('also kept')`;
  });
  expect(await texts()).toEqual(['kept', 'also kept']);
});

test('more transactions than connections wait for one another', async () => {
  const crowd = openSql({ databaseUrl: db.urlOf(''), service: 'crowd' });
  await Promise.all(
    Array.from({ length: 25 }, (_, i) => crowd.begin((tx) => tx`INSERT INTO notes (text) VALUES (${`n${i}`})`)),
  );
  expect(new Set(await texts()).size).toBe(25);
  const [row] =
    await db.admin`SELECT count(*)::int AS connections FROM pg_stat_activity WHERE application_name = 'crowd'`;
  expect(row?.connections).toBe(2);
  await crowd.end({ timeout: 1 });
});

test('a connection killed under a statement of a transaction is an error, not the end of the process, and the next one works', async () => {
  const failed = sql.begin(async (tx) => {
    const pid = await backend(tx as unknown as Sql);
    await tx`INSERT INTO notes (text) VALUES ('lost')`;
    setTimeout(() => void kill(pid).execute(), 20);
    await tx`SELECT pg_sleep(5)`;
  });
  await expect(failed).rejects.toMatchObject({ code: expect.stringMatching(/CONNECTION_CLOSED|57P01|ECONNRESET/) });
  await sql.begin((tx) => tx`INSERT INTO notes (text) VALUES ('next')`);
  expect(await texts()).toEqual(['next']);
});

test('a connection killed between two statements is an error of the transaction, even if its work goes on', async () => {
  let second: unknown;
  const failed = sql.begin(async (tx) => {
    const pid = await backend(tx as unknown as Sql);
    await kill(pid);
    await gone(pid);
    await Promise.resolve()
      .then(() => tx`INSERT INTO notes (text) VALUES ('lost')`)
      .catch((error) => (second = error));
  });
  await expect(failed).rejects.toSatisfy(isUnavailable);
  await expect.poll(() => isUnavailable(second), inTime).toBe(true);
  await sql.begin((tx) => tx`INSERT INTO notes (text) VALUES ('next')`);
  expect(await texts()).toEqual(['next']);
});

test('statements work again after their connection was killed, idle or busy', async () => {
  await kill(await backend());
  await expect.poll(texts, inTime).toEqual([]);
  const pid = await backend();
  setTimeout(() => void kill(pid).execute(), 20);
  await expect(sql`SELECT pg_sleep(5)`).rejects.toThrow();
  await expect.poll(texts, inTime).toEqual([]);
});

test('an address where no database answers is refused again and again, never a hang', async () => {
  const away = openSql({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none', service: 'test' });
  for (let i = 0; i < 4; i++) {
    await expect(away`SELECT 1`).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(away.begin((tx) => tx`SELECT 1`)).rejects.toMatchObject({
      code: expect.stringMatching(/ECONNREFUSED|CONNECTION_CLOSED/),
    });
  }
  await away.end({ timeout: 1 });
});

test('with sslmode=verify-full no statement is sent to a server without TLS', async () => {
  const url = new URL(db.urlOf(''));
  url.searchParams.set('sslmode', 'verify-full');
  const secure = openSql({ databaseUrl: url.href, service: 'test' }, { maxSilenceMs: 2000 });
  await expect(secure`INSERT INTO notes (text) VALUES ('in the clear')`).rejects.toThrow();
  expect(await texts()).toEqual([]);
  await secure.end({ timeout: 1 });
});

test('every transaction is refused when no database answers, those that wait for a connection as well', async () => {
  const away = openSql({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none', service: 'test' });
  const works = Array.from({ length: 10 }, () => away.begin((tx) => tx`SELECT 1`));
  const codes = (await Promise.allSettled(works)).map((each) =>
    each.status === 'rejected' ? (each.reason as { code?: string }).code : 'answered',
  );
  expect(codes).toEqual(Array(10).fill(expect.stringMatching(/ECONNREFUSED|CONNECTION_CLOSED/)));
  await away.end({ timeout: 1 });
});

test('arrays go in and come out as with the client’s own types', async () => {
  const own = db.admin;
  for (const client of [sql, own]) {
    const [row] =
      await client`SELECT ${['a', 'b "c"', 'd\\e', 'NULL', '']}::text[] AS texts, ${[1, 2]}::int[] AS ints, ${[1, 2]}::int8[] AS longs,
      '{}'::int[] AS none, ARRAY[[1,2],[3,4]] AS nested, ${client.array(['p', 'q'])} AS made`;
    expect(row).toEqual({
      texts: ['a', 'b "c"', 'd\\e', 'NULL', ''],
      ints: [1, 2],
      longs: ['1', '2'],
      none: [],
      nested: [
        [1, 2],
        [3, 4],
      ],
      made: ['p', 'q'],
    });
    expect(await client`SELECT 1 AS one WHERE 2 = ANY(${[1, 2]})`).toHaveLength(1);
  }
});

test('any texts survive an array literal', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.string({ unit: 'binary' }))), (values) => {
      expect(parseArray(formatArray(values))).toEqual(values);
    }),
  );
});
