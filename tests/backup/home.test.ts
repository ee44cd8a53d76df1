import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { outsideOf, type Postgres, startPostgres } from '@dormouse/backing/postgres';
import { contentOf, fill } from '@dormouse/backup/filled-database.fixture';
import { dormouse } from '@dormouse/cli/dormouse.fixture';
import { lockHome } from '@dormouse/local/home-lock';
import { markHome } from '@dormouse/local/home-marker';
import { noteAddress } from '@dormouse/local/running-address';
import { migrate } from '@dormouse/runtime/migrate';
import { migrationsOf } from '@dormouse/runtime/migrations-of';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** A home whose platform seems to run, with a real database. */
describe('a home that is backed up while it is written to, and destroyed', () => {
  let work: string;
  let home: string;
  let server: Postgres;
  let moment: number;
  let before: string[];
  let content: Record<string, unknown[]>;
  const written: { name: string; at: number }[] = [];
  const backups = () => join(work, 'all backups');

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'dormouse home '));
    chmodSync(work, 0o755);
    home = join(work, 'a home');
    mkdirSync(home);
    markHome(home);
    server = await startPostgres({ home: join(home, 'postgres'), settings: ['fsync=off'] });
    const sql = postgres(server.url, { max: 2, onnotice: () => {} });
    await migrate(sql, migrationsOf(join(root, 'functions')));
    await fill(sql);
    content = await contentOf(sql);
    mkdirSync(join(home, 'secrets/migrate-database'), { recursive: true });
    writeFileSync(join(home, 'secrets/migrate-database/DATABASE_URL'), server.url);
    writeFileSync(join(home, 'secrets/token-key'), 'secret');
    const release = [lockHome(home), noteAddress(home, 'http://127.0.0.1:9')];

    let going = true;
    const writing = (async () => {
      while (going) {
        const name = `person-${written.length}`;
        await sql`INSERT INTO auth.users (username) VALUES (${name})`;
        written.push({ name, at: Date.now() });
        // Moments are told in milliseconds.
        await sleep(5);
      }
    })();
    const made = await dormouse(['backup', 'create', backups(), '--plain-keys', '--json', '--home', home]);
    going = false;
    await writing;
    expect(made).toMatchObject({ code: 0 });
    moment = Date.parse(JSON.parse(made.out).moment);
    before = written.filter(({ at }) => at < moment).map(({ name }) => name);
    await sql.end({ timeout: 1 });
    for (const each of release) each();
    process.kill(server.pid, 'SIGKILL');
    await server.exited;
    rmSync(home, { recursive: true });
    rmSync(outsideOf(join(home, 'postgres')), { recursive: true, force: true });
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  test('has everything of before the moment in a new one, where the platform looks for it', async () => {
    const into = join(work, 'another home');
    const { code, err } = await dormouse(['restore', backups(), '--into', into]);
    expect({ code, err }).toMatchObject({ code: 0 });
    expect(readdirSync(join(into, 'secrets'))).toEqual(['token-key']);
    const said: string[] = [];
    const restored = await startPostgres({ home: join(into, 'postgres'), progress: (line) => said.push(line) });
    const sql = postgres(restored.url, { max: 1, onnotice: () => {} });
    try {
      expect(said).not.toContain('initialising the database');
      const names = (
        await sql<{ username: string }[]>`SELECT username FROM auth.users WHERE username LIKE 'person-%'`
      ).map(({ username }) => username);
      expect(names).toEqual(expect.arrayContaining(before));
      expect(names.length).toBeLessThanOrEqual(before.length + 1);
      await sql`DELETE FROM auth.users WHERE username LIKE 'person-%'`;
      expect(await contentOf(sql)).toEqual(content);
    } finally {
      await sql.end({ timeout: 1 });
      await restored.stop();
      rmSync(outsideOf(join(into, 'postgres')), { recursive: true, force: true });
    }
  });

  test('is proved by a restore that nobody sees, of which nothing is left', async () => {
    const trials = () => readdirSync(tmpdir()).filter((name) => name.startsWith('dormouse-trial-'));
    const { code, out, err } = await dormouse(['backup', 'try', backups(), '--json']);
    expect({ code, err }).toMatchObject({ code: 0 });
    expect(JSON.parse(out)).toMatchObject({
      moment: new Date(moment).toISOString(),
      restored: { database: expect.stringMatching(/^[1-9]\d* rows of [1-9]\d* tables/), keys: '1 files' },
      differences: [],
    });
    expect(trials()).toEqual([]);
  });

  test('a restore that is killed has changed nothing, and the next one is whole', async () => {
    const into = join(work, 'a killed home');
    const child = spawn(process.execPath, [join(root, 'cli/dormouse.mjs'), 'restore', backups(), '--into', into], {
      cwd: root,
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => text.includes('restoring: database') && child.kill('SIGKILL'));
    await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    expect(readdirSync(into).filter((name) => !['lock', '.restoring'].includes(name))).toEqual([]);
    expect((await dormouse(['restore', backups(), '--into', into])).code).toBe(0);
    expect(existsSync(join(into, '.restoring'))).toBe(false);
    expect((await dormouse(['restore', backups(), '--into', into])).out).toContain('was restored already');
    rmSync(join(into, 'restore.json'));
    expect((await dormouse(['restore', backups(), '--into', into])).err).toContain('is not empty');
    rmSync(outsideOf(join(into, 'postgres')), { recursive: true, force: true });
  });
});
