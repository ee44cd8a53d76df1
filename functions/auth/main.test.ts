import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { signingKeysOf } from '@dormouse/tests/event-keys';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { initKeys } from './key-folder.ts';
import { temporaryFolder } from './temporary-folder.fixture.ts';

let db: TestDatabase;
let child: ChildProcess;
let origin: string;

beforeAll(async () => {
  db = await testDatabase('auth');
  const folder = temporaryFolder();
  initKeys(folder);
  const env = {
    PORT: '0',
    K_SERVICE: 'auth',
    DATABASE_URL: db.urlOf('auth'),
    KEYS_DIR: folder,
    EVENT_SIGNING_KEYS: signingKeysOf('/auth'),
    LOG_LEVEL: 'warn',
  };
  child = fork(join(import.meta.dirname, 'main.ts'), { env, execArgv: [] });
  const [ready] = (await once(child, 'message')) as [{ type: string; port: number }];
  origin = `http://127.0.0.1:${ready.port}`;
});
afterAll(async () => {
  child?.kill('SIGKILL');
  await db?.drop();
});

const post = (path: string, body: object) =>
  fetch(origin + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

test('the function as it is deployed registers, logs in, verifies, and ends on SIGTERM', async () => {
  const password = 'a long enough sentence';
  expect((await post('/api/register', { username: 'deployed', email: 'deployed@example.org', password })).status).toBe(
    201,
  );
  const login = await post('/api/login', { username: 'deployed', password });
  const { token } = (await login.json()) as { token: string };
  const verified = await fetch(`${origin}/verify`, { headers: { authorization: `Bearer ${token}` } });
  expect(await verified.json()).toMatchObject({ status: 'success', data: { username: 'deployed' } });
  expect((await fetch(`${origin}/readyz`)).status).toBe(200);
  expect((await fetch(`${origin}/api/oauth/github`)).status).toBe(404);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
