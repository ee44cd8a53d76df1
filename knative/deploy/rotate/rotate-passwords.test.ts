import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from '@dormouse/runtime/ioredis';
import { migrate } from '@dormouse/runtime/migrate';
import { redisRules } from '@dormouse/runtime/redis-users';
import { freePort } from '@dormouse/serving/process/free-port';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { needs } from '@dormouse/tests/needs';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databasePasswords } from './database-passwords.ts';
import { redisPasswords } from './redis-passwords.ts';
import { rotatePasswords } from './rotate-passwords.ts';
import type { LiveSecret, PasswordServer, RotatedCluster } from './rotation.ts';

interface Pod {
  name: string;
  rotation: string | undefined;
  /** The Secret as it was when the Pod was made. */
  url: string;
}

/**
 * A cluster with one Secret and one Service that reads it. After each change every Pod that there is logs in anew.
 * @param breakAt the change, counted from 0, after which the program dies
 */
function fakeCluster(secret: LiveSecret, key: string, logIn: (url: string) => Promise<unknown>) {
  const state = { secret, pods: [] as Pod[], template: undefined as string | undefined, changes: 0, breakAt: -1 };
  const start = () =>
    state.pods.push({ name: `pod-${state.changes}`, rotation: state.template, url: state.secret.data[key]! });
  start();
  const changed = async () => {
    for (const { url } of state.pods) await logIn(url);
    if (state.changes++ === state.breakAt) throw new Error('broken off');
  };
  const cluster: RotatedCluster = {
    secrets: async () => [state.secret],
    services: async () => [
      { name: 'naps', secrets: [state.secret.name], rotation: state.template, waitsFor: undefined },
    ],
    async oldPods(_, rotation) {
      const old = state.pods.filter((pod) => pod.rotation !== rotation);
      // They finish: the next question finds them gone.
      state.pods = state.pods.filter((pod) => pod.rotation === rotation);
      return old.map(({ name }) => name);
    },
    async patchSecret(name, data, rotation) {
      if (name === state.secret.name)
        state.secret = { ...state.secret, data: { ...state.secret.data, ...data }, rotation };
      await changed();
    },
    async renew(_, rotation) {
      state.template = rotation;
      start();
      await changed();
    },
  };
  return { cluster, state };
}

const broken = (server: PasswordServer, rotation: string, cluster: RotatedCluster, said: string[] = []) =>
  rotatePasswords({
    cluster,
    server,
    rotation,
    say: (line) => said.push(line),
    dryRun: false,
    waitMs: 5_000,
    everyMs: 1,
  });

const secretOf = (name: string, data: Record<string, string>): LiveSecret => ({
  name,
  rotation: undefined,
  owner: undefined,
  data,
});

describe('passwords of PostgreSQL', () => {
  let db: TestDatabase;
  let empty: string;
  beforeAll(async () => {
    db = await testDatabase();
    empty = mkdtempSync(join(tmpdir(), 'rotation-'));
    await migrate(db.admin, [{ name: 'rotated', folder: empty, password: 'first' }]);
  });
  afterAll(async () => {
    await db.admin`DROP OWNED BY rotated`;
    await db.admin`DROP ROLE rotated, rotated_b`;
    await db.drop();
    rmSync(empty, { recursive: true });
  });
  const logIn = async (url: string) => {
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    try {
      return await sql`SELECT current_user::text AS role, (SELECT count(*)::int FROM outbox) AS waiting`;
    } finally {
      await sql.end();
    }
  };
  const firstUrl = () => Object.assign(new URL(db.urlOf('rotated')), { password: 'first' }).href;

  test('are replaced while every Pod can log in, wherever the rotation is broken off; then the old ones are refused', async () => {
    const data = { DATABASE_URL: firstUrl(), DATABASE_DIRECT_URL: firstUrl() };
    const { cluster, state } = fakeCluster(secretOf('rotated-database', data), 'DATABASE_URL', logIn);
    const used = new Set([data.DATABASE_URL]);
    for (const breakAt of [0, 1, 2]) {
      Object.assign(state, { breakAt, changes: 0 });
      await expect(broken(databasePasswords(db.admin), `broken-${breakAt}`, cluster)).rejects.toThrow('broken off');
      Object.assign(state, { breakAt: -1 });
      await broken(databasePasswords(db.admin), `whole-${breakAt}`, cluster);
      expect(state.secret.rotation).toBeUndefined();
      expect(state.secret.data.DATABASE_DIRECT_URL).toBe(state.secret.data.DATABASE_URL);
      expect(await logIn(state.secret.data.DATABASE_URL!)).toEqual([{ role: 'rotated', waiting: 0 }]);
      used.delete(state.secret.data.DATABASE_URL!);
      for (const old of used) await expect(logIn(old)).rejects.toThrow(/password authentication failed/);
      used.add(state.secret.data.DATABASE_URL!);
    }
  });

  test('are set by the migration Job for either role, and what either makes belongs to the function', async () => {
    await migrate(db.admin, [{ name: 'rotated', login: 'rotated_b', folder: empty, password: 'second' }]);
    const url = Object.assign(new URL(firstUrl()), { username: 'rotated_b', password: 'second' }).href;
    const sql = postgres(url, { max: 1 });
    await sql`CREATE TABLE naps (id int)`;
    await sql.end();
    expect(await db.admin`SELECT tableowner FROM pg_tables WHERE tablename = 'naps'`).toEqual([
      { tableowner: 'rotated' },
    ]);
  });
});

describe('passwords of Redis', needs('redis-server'), () => {
  let server: ChildProcess;
  let folder: string;
  let admin: Redis;
  let port: number;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rotation-'));
    port = await freePort();
    const users = `user default off\nuser admin on >word ~* &* +@all\nuser naps on >first ${redisRules('naps').join(' ')}\n`;
    writeFileSync(join(folder, 'users.acl'), users);
    const settings = ['--port', String(port), '--save', '', '--dir', folder, '--aclfile', join(folder, 'users.acl')];
    server = spawn('redis-server', settings, { stdio: 'ignore' });
    admin = new Redis(`redis://admin:word@127.0.0.1:${port}`);
    admin.on('error', () => {});
    await admin.ping();
  });
  afterAll(() => {
    admin.disconnect();
    server.kill();
    rmSync(folder, { recursive: true });
  });
  const logIn = async (url: string) => {
    const redis = new Redis(url, { enableReadyCheck: false, disableClientInfo: true, retryStrategy: () => null });
    redis.on('error', () => {});
    try {
      return await redis.set('naps:k', 'v');
    } finally {
      redis.disconnect();
    }
  };

  test('are replaced while every Pod can log in, wherever the rotation is broken off; then the old ones are refused', async () => {
    const firstUrl = `redis://naps:first@127.0.0.1:${port}`;
    const { cluster, state } = fakeCluster(secretOf('naps-redis', { REDIS_URL: firstUrl }), 'REDIS_URL', logIn);
    let file = '';
    const kept: Pick<RotatedCluster, 'patchSecret'> = {
      async patchSecret(name, data, rotation) {
        if (name === 'redis-users') file = data['users.acl']!;
        await cluster.patchSecret(name, data, rotation);
      },
    };
    const used = new Set([firstUrl]);
    for (const breakAt of [0, 1, 2, 3, 4]) {
      Object.assign(state, { breakAt, changes: 0 });
      await expect(broken(redisPasswords(admin, kept), `broken-${breakAt}`, cluster)).rejects.toThrow('broken off');
      Object.assign(state, { breakAt: -1 });
      await broken(redisPasswords(admin, kept), `whole-${breakAt}`, cluster);
      const url = state.secret.data.REDIS_URL!;
      expect(await logIn(url)).toBe('OK');
      used.delete(url);
      for (const old of used) await expect(logIn(old)).rejects.toThrow();
      used.add(url);
      // What it starts with again is what it knows.
      expect(file.split('\n').filter(Boolean)).toEqual(await admin.acl('LIST'));
    }
  });
});

describe('a rotation', () => {
  const server: PasswordServer = {
    holds: ({ data }) => data.REDIS_URL !== undefined,
    prepare: async () => ({ REDIS_URL: 'redis://new' }),
    drop: async () => {},
  };
  const start = (more: Partial<LiveSecret> = {}) =>
    fakeCluster({ ...secretOf('naps-redis', { REDIS_URL: 'redis://old' }), ...more }, 'REDIS_URL', async () => {});

  test('tried out says what it would do, and changes nothing', async () => {
    const { cluster, state } = start();
    const said: string[] = [];
    await rotatePasswords({ cluster, server, rotation: 'r', say: (line) => said.push(line), dryRun: true, waitMs: 0 });
    expect(said).toEqual([
      'naps-redis: would get a new password',
      'naps: would get a revision that reads it',
      'naps-redis: then the old password would be dropped',
    ]);
    expect([state.changes, state.secret.data.REDIS_URL]).toEqual([0, 'redis://old']);
  });

  test('leaves Secrets alone that another program makes', async () => {
    const { cluster, state } = start({ owner: 'ExternalSecret naps-redis' });
    await expect(broken(server, 'r', cluster)).rejects.toThrow(/made by ExternalSecret naps-redis: change it there/);
    expect(state.changes).toBe(0);
  });

  test('that ended for one Secret and not for another makes a revision again, since the first gets another password', async () => {
    const { cluster, state } = start({ rotation: 'begun' });
    state.template = 'begun';
    const ended = { ...secretOf('ended-redis', { REDIS_URL: 'redis://ended' }) };
    const both = { ...cluster, secrets: async () => [state.secret, ended] };
    await broken(server, 'later', both);
    expect(state.template).toBe('later');
  });

  test('keeps both passwords while a Pod with the old one runs, and goes on when it is gone', async () => {
    const { cluster, state } = start();
    const dropped: string[] = [];
    const watched = { ...server, drop: async ({ name }: LiveSecret) => void dropped.push(name) };
    const pinned = { ...cluster, oldPods: async () => ['naps-00001-x'] };
    const options = { server: watched, rotation: 'r', say: () => {}, dryRun: false, everyMs: 1 };
    await expect(rotatePasswords({ ...options, cluster: pinned, waitMs: 5 })).rejects.toThrow(
      /naps-00001-x of naps still has the old password.*Both passwords are good/,
    );
    expect([dropped, state.secret.rotation]).toEqual([[], 'r']);
    await rotatePasswords({ ...options, cluster, rotation: 'later', waitMs: 5_000 });
    expect([dropped, state.secret.rotation, state.template]).toEqual([['naps-redis'], undefined, 'r']);
  });
});
