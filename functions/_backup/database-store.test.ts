import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '@dormouse/runtime/migrate';
import { migrationsOf } from '@dormouse/runtime/migrations-of';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createBackup } from './create-backup.ts';
import { databaseStore } from './database-store.ts';
import { contentOf, fill } from './filled-database.fixture.ts';
import { partsOf, writeManifest } from './manifest.ts';
import { memoryPlace } from './memory-place.fixture.ts';
import { openBackup } from './open-backup.ts';
import type { Place } from './place.ts';
import { restoreBackup } from './restore-backup.ts';

const functions = join(import.meta.dirname, '..');
const all = migrationsOf(functions);
const { signal } = new AbortController();

let work: string;
let source: TestDatabase;
/** A backup of `source`. */
let made: Place;

const backUp = (place: Place, from = source) =>
  createBackup({ place, stores: [databaseStore({ url: from.urlOf(''), functions })], version: '0.1.0', signal });

interface RestoreOptions {
  into: TestDatabase;
  from?: Place;
  isForced?: boolean;
  functions?: string;
}
async function restore({ into, from = made, isForced = false, functions: folder = functions }: RestoreOptions) {
  const backup = await openBackup({ place: from });
  const stores = [databaseStore({ url: into.urlOf(''), functions: folder, isForced })];
  return restoreBackup({ backup, stores, signal });
}

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'dormouse backups '));
  source = await testDatabase(...all.map(({ name }) => name));
  await fill(source.admin);
  made = memoryPlace();
  await backUp(made);
});
afterAll(async () => {
  await source.drop();
  rmSync(work, { recursive: true });
});

describe('a restored database', () => {
  let target: TestDatabase;
  beforeEach(async () => {
    target = await testDatabase();
    return () => target.drop();
  });

  test('holds the same rows, and everything that follows from migrations', async () => {
    await restore({ into: target });
    expect(await contentOf(target.admin)).toEqual(await contentOf(source.admin));
    // Ids go on, triggers fire, roles have their rights.
    const [user] = await target.admin`INSERT INTO auth.users (username) VALUES ('cid') RETURNING id`;
    expect(user).toEqual({ id: 3 });
    await target.admin`DELETE FROM auth.sessions`;
    expect(await target.admin`SELECT count(*)::int AS n FROM auth.ended_sessions`).toEqual([{ n: 1 }]);
    expect(await target.as('relay')`SELECT count(*)::int AS n FROM posts.outbox`).toEqual([{ n: 1 }]);
    expect(await migrate(target.admin, all)).toEqual([]);
  });

  test('holds up no other database of the server while it is made', async () => {
    const { manifest, read } = await openBackup({ place: made });
    const staged = await databaseStore({ url: target.urlOf(''), functions }).stage(manifest.stores.database!, read);
    const other = await testDatabase(...all.map(({ name }) => name));
    await staged.discard();
    await other.drop();
    expect(await contentOf(target.admin)).toEqual({});
  });

  test('is refused when it is not empty, and replaced when that is asked for', async () => {
    await migrate(target.admin, all);
    await target.admin`INSERT INTO auth.users (username) VALUES ('dan')`;
    const before = await contentOf(target.admin);
    await expect(restore({ into: target })).rejects.toThrow('the database is not empty');
    expect(await contentOf(target.admin)).toEqual(before);
    await restore({ into: target, isForced: true });
    expect(await contentOf(target.admin)).toEqual(await contentOf(source.admin));
    // Again, as after a kill between the commit and the last word.
    expect(await restore({ into: target })).toEqual({ database: expect.stringContaining('were there already') });
  });

  test('is as it was after a trial', async () => {
    const backup = await openBackup({ place: made });
    const stores = [databaseStore({ url: target.urlOf(''), functions })];
    const tried = () => restoreBackup({ backup, stores, isTrial: true, signal });
    expect(await tried()).toEqual({ database: expect.stringMatching(/^\d+ rows of \d+ tables as of /) });
    expect(await contentOf(target.admin)).toEqual({});
    // Another time, now that it holds something of another's.
    await migrate(target.admin, all);
    await target.admin`INSERT INTO auth.users (username) VALUES ('dan')`;
    const before = await contentOf(target.admin);
    await expect(tried()).rejects.toThrow('the database is not empty');
    expect(await contentOf(target.admin)).toEqual(before);
  });

  test('is not touched while functions are connected to it', async () => {
    await migrate(
      target.admin,
      all.map((each) => ({ ...each, password: 'test' })),
    );
    await target.as('posts')`SELECT 1`;
    await target.admin`DELETE FROM public.migrations`;
    await expect(restore({ into: target })).rejects.toThrow('the database is not empty');
    await target.admin.unsafe(`DROP SCHEMA ${all.map(({ name }) => name).join(', ')} CASCADE`);
    await expect(restore({ into: target })).rejects.toThrow('functions are connected to the database (posts)');
    expect(await contentOf(target.admin)).toEqual({});
  });

  test('stays as it was when the restore is killed in the middle', async () => {
    await migrate(target.admin, all);
    const before = await contentOf(target.admin);
    const backup = await openBackup({ place: made });
    let reads = 0;
    const killed = restoreBackup({
      backup: {
        ...backup,
        // The parts have been checked when they are read a second time.
        read: async (part) => {
          if (++reads === partsOf(backup.manifest).length + 5)
            await source.admin`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE application_name = 'backup' AND datname = ${new URL(target.urlOf('')).pathname.slice(1)}`;
          return backup.read(part);
        },
      },
      stores: [databaseStore({ url: target.urlOf(''), functions, isForced: true })],
      signal,
    });
    await expect(killed).rejects.toThrow();
    expect(await contentOf(target.admin)).toEqual(before);
    await restore({ into: target, isForced: true });
    expect(await contentOf(target.admin)).toEqual(await contentOf(source.admin));
  });

  test.each([
    ['SQL for a key', { key: ["1) TO PROGRAM 'false' --"] }],
    ['a table of PostgreSQL', { schema: 'pg_catalog', name: 'pg_authid' }],
  ])('is none that a forged manifest gives %s', async (_, forged) => {
    const { manifest } = await openBackup({ place: made });
    const database = structuredClone(manifest.stores.database);
    if (database?.kind !== 'database') throw new Error('no database');
    Object.assign(database.tables[0]!, forged);
    const files = new Map((made as ReturnType<typeof memoryPlace>).files);
    files.set(
      `${manifest.id}/manifest.json`,
      Buffer.from(writeManifest({ ...manifest, stores: { ...manifest.stores, database } })),
    );
    await expect(restore({ into: target, from: memoryPlace(files) })).rejects.toThrow(
      'the backup names tables that its migrations do not make',
    );
    expect(await contentOf(target.admin)).toEqual({});
  });

  test('of an older version is brought up to this one; that of a newer version is refused', async () => {
    const older = join(work, 'older');
    for (const { name, folder } of all) cpSync(folder, join(older, name, 'migrations'), { recursive: true });
    rmSync(join(older, 'categories/migrations/007-verification.sql'));
    rmSync(join(older, 'journal'), { recursive: true });
    const from = await testDatabase();
    await migrate(from.admin, migrationsOf(older));
    await from.admin`INSERT INTO auth.users (username) VALUES ('old')`;
    const old = memoryPlace();
    await backUp(old, from);
    await restore({ into: target, from: old });
    expect(await target.admin`SELECT username FROM auth.users`).toEqual([{ username: 'old' }]);
    expect(await migrate(target.admin, all)).toEqual([]);
    await expect(restore({ into: from, functions: older, isForced: true })).rejects.toThrow(
      'the backup has tables of the function journal, which this version does not have',
    );
    cpSync(join(functions, 'journal/migrations'), join(older, 'journal/migrations'), { recursive: true });
    await expect(restore({ into: from, functions: older, isForced: true })).rejects.toThrow(
      'the backup has the migration categories/007-verification.sql, which this version of Dormouse does not have',
    );
    expect(await from.admin`SELECT username FROM auth.users`).toEqual([{ username: 'old' }]);
    await from.drop();
  });
});

describe('a backup', () => {
  test('holds what was committed before its moment, and nothing of later', async () => {
    const place = memoryPlace();
    const slow: Place = {
      ...place,
      begin: async (id) => {
        const backup = await place.begin(id);
        return {
          ...backup,
          write: async (part, content) => {
            await source.admin`INSERT INTO journal.events (source, id, type, attributes) VALUES ('/late', ${part}, 'x', '{}')`;
            return backup.write(part, content);
          },
        };
      },
    };
    const before = (await contentOf(source.admin))['journal.events'];
    const { stores } = await backUp(slow);
    await source.admin`DELETE FROM journal.events WHERE source = '/late'`;
    const { database } = stores;
    if (database?.kind !== 'database') throw new Error('no database');
    expect(database.tables.find(({ name }) => name === 'events')).toMatchObject({ rows: before!.length });
  });

  test('holds the rows of a table that a migration would have rewritten meanwhile', async () => {
    const db = await testDatabase('journal');
    await db.admin`INSERT INTO journal.events (source, id, type, attributes) VALUES ('/x', '1', 'x', '{}'), ('/x', '2', 'x', '{}')`;
    const folder = join(work, 'rewriting');
    mkdirSync(folder);
    writeFileSync(join(folder, '900-noted.sql'), 'ALTER TABLE events ADD COLUMN noted uuid DEFAULT gen_random_uuid();');
    const place = memoryPlace();
    let migrating: Promise<string[]> | undefined;
    const overtaken: Place = {
      ...place,
      begin: async (id) => {
        const backup = await place.begin(id);
        return {
          ...backup,
          write: async (part, content) => {
            // It is through long before that, unless it waits.
            if (!migrating) {
              migrating = migrate(db.admin, [{ name: 'journal', folder }]);
              await Promise.race([migrating, sleep(1000)]);
            }
            return backup.write(part, content);
          },
        };
      },
    };
    const { stores } = await backUp(overtaken, db);
    const { database } = stores;
    if (database?.kind !== 'database') throw new Error('no database');
    expect(database.tables.find(({ name }) => name === 'events')).toMatchObject({ rows: 2 });
    expect(await migrating).toEqual(['journal/900-noted.sql']);
    await db.drop();
  });

  test('and a restore that meet a migration say so, instead of waiting for ever', async () => {
    const db = await testDatabase('journal');
    const migrating = await db.admin.reserve();
    await migrating`SELECT pg_advisory_lock(hashtext('dormouse.migrate'))`;
    const impatient = databaseStore({ url: db.urlOf(''), functions, isForced: true, patienceMs: 50 });
    await expect(createBackup({ place: memoryPlace(), stores: [impatient], version: '0.1.0', signal })).rejects.toThrow(
      'a migration or a restore is at work in the database',
    );
    await expect(
      restoreBackup({ backup: await openBackup({ place: made }), stores: [impatient], signal }),
    ).rejects.toThrow('a backup or a migration is at work');
    migrating.release();
    await db.drop();
  });

  test('of a database without Dormouse says so', async () => {
    const empty = await testDatabase();
    await empty.admin`DROP TABLE public.migrations`;
    await expect(backUp(memoryPlace(), empty)).rejects.toThrow('the database holds nothing of Dormouse');
    await empty.drop();
  });

  test('has a manifest that tells what it is of', async () => {
    const { manifest } = await openBackup({ place: made });
    expect(manifest).toMatchObject({ format: 1, version: '0.1.0', encryption: null, omitted: [] });
    expect(manifest.stores.database).toMatchObject({
      functions: [
        'auth',
        'categories',
        'comments',
        'journal',
        'mail',
        'media',
        'newsletter',
        'posts',
        'relay',
        'search',
        'web',
        'webhooks',
      ],
      migrations: expect.arrayContaining([
        { name: 'posts/001-posts.sql', hash: expect.stringMatching(/^[0-9a-f]{32}$/) },
      ]),
      sequences: expect.arrayContaining([{ schema: 'posts', name: 'post_ids', last: '3' }]),
    });
  });
});
