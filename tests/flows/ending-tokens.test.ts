import { setRole, withAdmin } from '@dormouse/auth/admin';
import { importToken } from '@dormouse/auth/import-token';
import { initKeys, rotateKeys } from '@dormouse/auth/key-folder';
import { temporaryFolder } from '@dormouse/auth/temporary-folder.fixture';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../database.ts';
import { type FunctionProcess, startFunction } from '../function-process.ts';
import { eventually } from '../platform.ts';

/** How long a token may outlive what it stands for, in seconds. */
const bound = 5;
const password = 'correct horse battery';
const keys = temporaryFolder();

let db: TestDatabase;
const functions: FunctionProcess[] = [];
let auth: string;
let posts: string;

beforeAll(async () => {
  db = await testDatabase('auth', 'categories', 'posts');
  initKeys(keys);
  const start = async (name: string, more: Record<string, string>) => {
    const nowhere = { K_SINK: 'http://127.0.0.1:9', LOG_LEVEL: 'silent' };
    const started = await startFunction(name, { DATABASE_URL: db.urlOf(name), ...nowhere, ...more });
    functions.push(started);
    return started.origin;
  };
  auth = await start('auth', { KEYS_DIR: keys });
  posts = await start('posts', { JWKS_URL: `${auth}/.well-known/jwks.json` });
});
afterAll(async () => {
  for (const each of functions) each.kill();
  await db?.drop();
});

async function send(url: string, method: string, body: object, token = ''): Promise<Response> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  return fetch(url, { method, headers, body: JSON.stringify(body) });
}

interface Person {
  name: string;
  token: string;
  refresh_token: string;
}

async function loggedIn(name: string): Promise<Person> {
  await send(`${auth}/api/register`, 'POST', { username: name, email: `${name}@example.org`, password });
  const response = await send(`${auth}/api/login`, 'POST', { username: name, password, refresh: 'body' });
  return { name, ...((await response.json()) as Omit<Person, 'name'>) };
}

/** Changes an account as an administrator does. */
async function administrate(name: string, change: object): Promise<void> {
  const token = await importToken(keys, { issuer: 'https://dormouse.dev', seconds: 60 });
  expect((await send(`${auth}/api/users/${name}`, 'PATCH', change, token)).status).toBe(200);
}

/** Whether posts, which is another process and has seen the token before, lets its bearer write. */
async function writes({ token }: Person): Promise<number> {
  const response = await send(
    `${posts}/blog/api/posts`,
    'POST',
    { title: 'T', content: 'x', category_name: 'C' },
    token,
  );
  await response.arrayBuffer();
  return response.status;
}

describe('an access token that another function has accepted', () => {
  test.concurrent.each<[string, number, (person: Person) => Promise<unknown>]>([
    ['logging out', 401, ({ refresh_token }) => send(`${auth}/api/logout`, 'POST', { refresh_token })],
    [
      'a new password',
      401,
      ({ token }) =>
        send(`${auth}/api/me`, 'PATCH', { password: 'battery horse correct', current_password: password }, token),
    ],
    [
      'the end of its account',
      401,
      ({ token }) => send(`${auth}/api/me`, 'DELETE', { current_password: password }, token),
    ],
    [
      'a lost role',
      403,
      ({ name }) =>
        withAdmin({ databaseUrl: db.urlOf('auth'), url: '', print: () => {} }, (admin) =>
          setRole(admin, name, 'reader'),
        ),
    ],
    ['a role that is taken', 403, ({ name }) => administrate(name, { role: 'reader' })],
    ['an access that is ended', 401, ({ name }) => administrate(name, { suspended: true })],
  ])('ends within five seconds of %s', async (what, status, end) => {
    const person = await loggedIn(what.replaceAll(' ', '-'));
    expect(await writes(person)).toBe(201);
    await end(person);
    expect(
      await eventually(
        () => writes(person),
        (answered) => answered !== 201,
        bound,
      ),
    ).toBe(status);
  });

  test('is a personal one: it does what its scopes say, and ends within five seconds of being revoked', async () => {
    const person = await loggedIn('programmer');
    const make = async (scopes: string[]) => {
      const response = await send(`${auth}/api/tokens`, 'POST', { name: 'A program', scopes }, person.token);
      return { ...person, ...((await response.json()) as { id: string; token: string }) };
    };
    const [reader, writer] = [await make(['posts:read']), await make(['posts:write'])];
    expect([await writes(reader), await writes(writer)]).toEqual([403, 201]);
    expect(await writes({ ...person, token: `dormouse_pat_${'A'.repeat(43)}` })).toBe(401);
    expect((await send(`${auth}/api/tokens/${writer.id}`, 'DELETE', {}, person.token)).status).toBe(204);
    expect(
      await eventually(
        () => writes(writer),
        (answered) => answered !== 201,
        bound,
      ),
    ).toBe(401);
  });

  test('ends within five seconds of its key, and tokens of the new key are good', async () => {
    const person = await loggedIn('key-holder');
    expect(await writes(person)).toBe(201);
    rotateKeys(keys, { activateAfterMs: 0, dropOthers: true });
    expect(
      await eventually(
        () => writes(person),
        (answered) => answered !== 201,
        bound,
      ),
    ).toBe(401);
    const response = await send(`${auth}/api/token/refresh`, 'POST', { refresh_token: person.refresh_token });
    expect(await writes({ ...person, ...((await response.json()) as object) })).toBe(201);
  });
});
