import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** A port that nobody listens at. */
async function freePort(): Promise<number> {
  const server: Server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('the migration Job', () => {
  let db: TestDatabase;
  let folder: string;

  beforeAll(async () => {
    db = await testDatabase();
    folder = mkdtempSync(join(tmpdir(), 'migrations-'));
    mkdirSync(join(folder, 'sleeper/migrations'), { recursive: true });
    writeFileSync(join(folder, 'sleeper/migrations/001-naps.sql'), 'CREATE TABLE naps (id int PRIMARY KEY);');
  });
  afterAll(async () => {
    await db.admin`DROP OWNED BY sleeper`;
    await db.admin`DROP ROLE sleeper`.catch(() => {});
    await db.drop();
    rmSync(folder, { recursive: true });
  });

  const run = (env: Record<string, string> = {}, heard: (text: string) => void = () => {}) =>
    new Promise<{ code: number; output: string }>((done) => {
      const environment = { PATH: process.env.PATH, DATABASE_URL: db.urlOf(''), MIGRATIONS_DIR: folder, ...env };
      const job = execFile(
        process.execPath,
        [join(import.meta.dirname, 'main.ts')],
        { env: environment },
        (error, out, err) => done({ code: error ? 1 : 0, output: out + err }),
      );
      job.stdout!.on('data', heard);
    });
  const own = () => {
    const url = new URL(db.urlOf('sleeper'));
    url.password = 'p%20w';
    return url.href;
  };

  it('refuses a database that cannot hold every letter before it changes anything, and says how to make one', async () => {
    const name = `latin_${process.pid}`;
    await db.admin.unsafe(
      `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C' LOCALE_PROVIDER libc`,
    );
    const url = new URL(db.urlOf(''));
    url.pathname = `/${name}`;
    const { code, output } = await run({ DATABASE_URL: url.href });
    const sql = postgres(url.href, { max: 1 });
    const made = await sql`SELECT nspname FROM pg_namespace WHERE nspname = 'sleeper'`;
    await sql.end();
    await db.admin.unsafe(`DROP DATABASE ${name}`);
    expect([code, [...made]]).toEqual([1, []]);
    expect(output).toMatch(
      new RegExp(`^migrate: the database ${name} has the encoding SQL_ASCII, .+ BUILTIN_LOCALE 'C.UTF-8'`),
    );
  });

  it('takes a UTF-8 database of any locale', async () => {
    const name = `plain_${process.pid}`;
    await db.admin.unsafe(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER libc`);
    const url = new URL(db.urlOf(''));
    url.pathname = `/${name}`;
    expect(await run({ DATABASE_URL: url.href })).toEqual({ code: 0, output: 'applied sleeper/001-naps.sql\n' });
    await db.admin.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
  });

  it('applies each file once, and lets the role log in with its own URL', async () => {
    expect(await run({ SLEEPER_DATABASE_URL: own() })).toEqual({ code: 0, output: 'applied sleeper/001-naps.sql\n' });
    expect(await run({ SLEEPER_DATABASE_URL: own() })).toEqual({ code: 0, output: 'every schema is up to date\n' });
    const sql = postgres(own(), { max: 1 });
    expect(await sql`SELECT count(*)::int AS n FROM naps`).toEqual([{ n: 0 }]);
    expect(await sql`SELECT count(*)::int AS n FROM outbox`).toEqual([{ n: 0 }]);
    await sql.end();
  });

  it('lets backups read every table, those of later migrations too, and change none', async () => {
    const url = new URL(db.urlOf('backup'));
    url.password = 'read only';
    const later = mkdtempSync(join(tmpdir(), 'migrations-'));
    cpSync(folder, later, { recursive: true });
    expect(await run({ BACKUP_DATABASE_URL: url.href })).toMatchObject({ code: 0 });
    writeFileSync(join(later, 'sleeper/migrations/002-beds.sql'), 'CREATE TABLE beds (id serial PRIMARY KEY);');
    expect(await run({ BACKUP_DATABASE_URL: url.href, MIGRATIONS_DIR: later })).toMatchObject({ code: 0 });
    const sql = postgres(url.href, { max: 1 });
    for (const table of ['sleeper.naps', 'sleeper.beds', 'sleeper.outbox', 'public.migrations'])
      expect((await sql.unsafe(`SELECT count(*)::int AS n FROM ${table}`))[0]).toEqual({ n: expect.any(Number) });
    expect(await sql`SELECT last_value FROM sleeper.beds_id_seq`).toEqual([{ last_value: '1' }]);
    for (const statement of [
      'INSERT INTO sleeper.naps VALUES (1)',
      'UPDATE sleeper.outbox SET sent_at = now()',
      'DELETE FROM public.migrations',
      'TRUNCATE sleeper.beds',
      "SELECT nextval('sleeper.beds_id_seq')",
      'CREATE TABLE sleeper.mine (id int)',
      'CREATE TABLE public.mine (id int)',
      'SET ROLE sleeper',
    ])
      await expect(sql.unsafe(statement), statement).rejects.toThrow('permission denied');
    await sql.end();
    rmSync(later, { recursive: true });
  });

  it('refuses a file that was changed after it had been applied, and a file that fails, by name', async () => {
    const changed = mkdtempSync(join(tmpdir(), 'migrations-'));
    cpSync(folder, changed, { recursive: true });
    writeFileSync(join(changed, 'sleeper/migrations/001-naps.sql'), 'CREATE TABLE naps (id bigint PRIMARY KEY);');
    const connectionRefused = await run({ MIGRATIONS_DIR: changed });
    expect([connectionRefused.code, connectionRefused.output]).toEqual([
      1,
      expect.stringContaining('sleeper/001-naps.sql was changed'),
    ]);
    cpSync(folder, changed, { recursive: true });
    writeFileSync(join(changed, 'sleeper/migrations/002-broken.sql'), 'CREATE TABLE dreams (id int); SELEKT 1;');
    const broken = await run({ MIGRATIONS_DIR: changed });
    expect([broken.code, broken.output]).toEqual([
      1,
      expect.stringContaining('sleeper/002-broken.sql failed: syntax error'),
    ]);
    expect(await db.admin`SELECT to_regclass('sleeper.dreams') AS dreams`).toEqual([{ dreams: null }]);
    rmSync(changed, { recursive: true });
  });

  it('waits for a database that starts at the same time', async () => {
    const real = new URL(db.urlOf(''));
    const database = createServer((client) => client.pipe(connect(Number(real.port), real.hostname)).pipe(client));
    const url = new URL(db.urlOf(''));
    url.host = `127.0.0.1:${await freePort()}`;
    const waited = await run(
      { DATABASE_URL: url.href },
      () => database.listening || database.listen(Number(url.port), '127.0.0.1'),
    );
    database.close();
    expect(waited.output).toMatch(
      /^waiting for the database, 240 s at most: .*ECONNREFUSED.*\nthe database answers after \d+ s\n/,
    );
    expect(waited.code).toBe(0);
  });

  it('does not wait for a password to become right', async () => {
    const url = new URL(db.urlOf(''));
    url.password = 'wrong';
    const connectionRefused = await run({ DATABASE_URL: url.href });
    expect(connectionRefused).toEqual({
      code: 1,
      output: expect.stringContaining('migrate: password authentication failed'),
    });
  });

  it('refuses a URL that logs in as somebody else', async () => {
    expect(await run({ SLEEPER_DATABASE_URL: db.urlOf('posts') })).toEqual({
      code: 1,
      output: 'migrate: SLEEPER_DATABASE_URL must log in as sleeper or sleeper_b\n',
    });
  });
});
