import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postgres, startPostgres } from '@dormouse/backing/postgres';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { problem } from './errors.ts';
import { openSql } from './sql.ts';
import type { Sql } from './sql-types.ts';

/** Below the 5 s of production, so that the suite is quick, and long enough for a busy machine. */
const maxSilenceMs = 2000;
const home = mkdtempSync(join(tmpdir(), 'dormouse-hanging-'));
let server: Postgres;
let sql: Sql;
let stopped: number[] = [];

beforeAll(async () => {
  server = await startPostgres({ home: join(home, 'postgres'), settings: ['fsync=off', 'autovacuum=off'] });
  const admin = postgres(server.url, { max: 1 });
  await admin`CREATE TABLE notes (text text NOT NULL)`;
  await admin.end();
});
beforeEach(() => {
  sql = openSql({ databaseUrl: server.url, service: 'test' }, { maxSilenceMs });
});
afterEach(async () => {
  goOn();
  await sql.end({ timeout: 1 });
});
afterAll(async () => {
  await server.stop();
  if (server.outside) rmSync(server.outside, { recursive: true, force: true });
  rmSync(home, { recursive: true, force: true });
});

/** Stops the server with all its processes: connections stay open, new ones are taken by the kernel, nothing is answered. */
async function hang(on: Sql = sql): Promise<void> {
  const rows = await on<{ pid: number }[]>`SELECT pid FROM pg_stat_activity`;
  stopped = [server.pid, ...rows.map(({ pid }) => pid)];
  for (const pid of stopped) process.kill(pid, 'SIGSTOP');
}

function goOn(): void {
  for (const pid of stopped) process.kill(pid, 'SIGCONT');
  stopped = [];
}

/** What clients are told of each failure; 'answered' for what did not fail. */
const reported = async (all: Promise<unknown>[]) =>
  (await Promise.allSettled(all)).map((each) => {
    if (each.status === 'fulfilled') return 'answered';
    const { status, headers } = problem(each.reason, '');
    return `${status} ${(each.reason as { code?: string }).code} ${headers.get('retry-after')}`;
  });
const unavailable = '503 unavailable 1';

test('statements on a connection whose server hangs fail, those that wait behind them as well, and work again once it goes on', async () => {
  await hang();
  const all = Array.from({ length: 150 }, (_, i) =>
    sql`SELECT ${i}::int AS n, ${'x'} || ${`${i % 7}`} AS text`.execute(),
  );
  expect(await reported(all)).toEqual(Array(150).fill(unavailable));
  goOn();
  expect(await sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
});

test('a transaction fails in the middle of its work, the ones that wait for its connection fail with it, and nothing of them is kept', async () => {
  let begun = 0;
  const { promise: hanging, resolve } = Promise.withResolvers<void>();
  const insert = () =>
    sql.begin(async (tx) => {
      await tx`SELECT 1`;
      if (++begun === 2) await hang(tx as unknown as Sql).then(resolve);
      await hanging;
      await tx`INSERT INTO notes VALUES ('lost')`;
    });
  expect(await reported(Array.from({ length: 10 }, insert))).toEqual(Array(10).fill(unavailable));
  goOn();
  await sql.begin((tx) => tx`INSERT INTO notes VALUES ('kept')`);
  expect(await sql`SELECT text FROM notes`).toEqual([{ text: 'kept' }]);
});

test('a connection that cannot be made fails whoever waits for it', async () => {
  await hang();
  const late = openSql({ databaseUrl: server.url, service: 'late' }, { maxSilenceMs });
  const statements = Array.from({ length: 10 }, () => late`SELECT 1`.execute());
  const works = Array.from({ length: 10 }, () => late.begin((tx) => tx`SELECT 1`));
  expect(await reported([...statements, ...works])).toEqual(Array(20).fill(unavailable));
  goOn();
  expect(await reported([late`SELECT 1`, late.begin((tx) => tx`SELECT 1`)])).toEqual(['answered', 'answered']);
  await late.end({ timeout: 1 });
});

test('a statement that only takes long is cancelled by PostgreSQL; its connection and those behind it go on', async () => {
  const pid = async () => ((await sql`SELECT pg_backend_pid() AS pid`)[0] as { pid: number }).pid;
  const before = await pid();
  const [slow, behind] = await reported([sql`SELECT pg_sleep(30)`.execute(), pid()]);
  expect([slow, behind]).toEqual(['503 57014 1', 'answered']);
  expect(await pid()).toBe(before);
});
