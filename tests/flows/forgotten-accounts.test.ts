import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { initKeys } from '@dormouse/auth/key-folder';
import { temporaryFolder } from '@dormouse/auth/temporary-folder.fixture';
import { drain } from '@dormouse/runtime/drain';
import { httpSend } from '@dormouse/runtime/send';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../database.ts';
import { type FunctionProcess, startFunction } from '../function-process.ts';
import { eventually } from '../platform.ts';

/** No other number of the test has these digits. */
const firstId = 748_391_265;
const password = 'correct horse battery';
const schemas = [
  'auth',
  'categories',
  'posts',
  'media',
  'search',
  'comments',
  'webhooks',
  'mail',
  'newsletter',
  'journal',
  'relay',
];
const consumers = ['posts', 'media', 'search', 'comments', 'webhooks', 'mail', 'newsletter', 'journal'];

let db: TestDatabase;
let broker: Server;
let sink: string;
const functions: Record<string, FunctionProcess> = {};

beforeAll(async () => {
  db = await testDatabase(...schemas);
  await db.admin.unsafe(`ALTER TABLE auth.users ALTER COLUMN id RESTART WITH ${firstId}`);
  // Delivers everything to everybody, as often as it comes; who has no handler for it says 422.
  broker = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => /^(ce-|content-type|traceparent)/.test(name)),
    ) as Record<string, string>;
    const answers = await Promise.all(
      consumers.map((name) =>
        fetch(`${functions[name]?.origin}/events`, { method: 'POST', headers, body }).then((answer) => answer.status),
      ),
    ).catch(() => [503]);
    response.writeHead(answers.some((status) => status >= 500 || status === 409) ? 503 : 202).end();
  }).listen(0, '127.0.0.1');
  await once(broker, 'listening');
  const keys = temporaryFolder();
  initKeys(keys);
  sink = `http://127.0.0.1:${(broker.address() as AddressInfo).port}`;
  const start = async (name: string, more: Record<string, string>) => {
    functions[name] = await startFunction(name, {
      DATABASE_URL: db.urlOf(name),
      K_SINK: sink,
      LOG_LEVEL: 'silent',
      ...more,
    });
    return functions[name].origin;
  };
  const auth = await start('auth', { KEYS_DIR: keys });
  const issuer = { JWKS_URL: `${auth}/.well-known/jwks.json` };
  await Promise.all([
    start('posts', issuer),
    start('media', { ...issuer, MEDIA_DIR: temporaryFolder(), PICTURES_URL: 'http://127.0.0.1:9' }),
    start('search', issuer),
    start('comments', issuer),
    start('webhooks', issuer),
    start('newsletter', issuer),
    start('mail', issuer),
    start('journal', { ...issuer, KUBERNETES_URL: 'http://127.0.0.1:9', LOCAL_GATEWAY_URL: 'http://127.0.0.1:9' }),
  ]);
});
afterAll(async () => {
  for (const each of Object.values(functions)) each.kill();
  broker?.close();
  await db?.drop();
});

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of several APIs
  body: any;
}

async function send(name: string, method: string, path: string, body?: unknown, token = ''): Promise<Answer> {
  const isBytes = body instanceof Uint8Array;
  const response = await fetch(`${functions[name]?.origin}${path}`, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
      'idempotency-key': `key-${method}-${path}`,
    },
    ...(body !== undefined && { body: isBytes ? new Uint8Array(body) : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' || text.startsWith('<') ? text : JSON.parse(text) };
}

/** Tables whose rows have one of these texts anywhere, in whatever column, bytes included. */
async function tablesWith(...wanted: string[]): Promise<string[]> {
  // What the Broker has taken goes once the archive has it: the relay's work.
  for (const schema of schemas) await db.admin.unsafe(`DELETE FROM ${schema}.outbox WHERE sent_at IS NOT NULL`);
  const tables = await db.admin<{ name: string }[]>`
    SELECT format('%I.%I', nspname, relname) AS name FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'm') AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' ORDER BY 1`;
  const patterns = wanted.flatMap((each) => [each, Buffer.from(each).toString('hex')]).map((each) => `%${each}%`);
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await db.admin.unsafe(`SELECT 1 FROM ${name} AS r WHERE r::text ILIKE ANY ($1) LIMIT 1`, [patterns]);
    if (rows.length > 0) found.push(name);
  }
  return found;
}

async function loggedIn(username: string) {
  await send('auth', 'POST', '/api/register', { username, email: `${username}@mail.example`, password });
  const { body } = await send('auth', 'POST', '/api/login', { username, password });
  return { id: body.user.id as number, token: body.token as string };
}

/** What the archive alone may have: its events, until it forgets them. */
const archive = ['journal.events'];
/** As the relay does at a tick in a minute. */
const relay = () =>
  drain({ sql: db.as('relay'), schemas: ['auth'], send: httpSend(sink), olderThanMs: -120_000, batch: 100 });

test('nothing in any table says who an account was, once it is deleted', async () => {
  await db.admin`UPDATE auth.blog SET comments = 'open'`;
  await db.admin`
    INSERT INTO webhooks.subscriptions (url, events, secret) VALUES ('https://receiver.example/', '{dev.dormouse.post.published.v1}', 'whsec_')`;
  const username = 'Wilhelmina-Q';
  const known = [username, String(firstId), `${username}@mail.example`];
  const { id, token } = await loggedIn(username);
  expect(id).toBe(firstId);
  const other = await loggedIn('somebody');
  const post = { title: 'Wake on request', content: 'It sleeps.', category_name: 'General' };
  const made = await send('posts', 'POST', '/blog/api/posts', post, token);
  const gone = await send('posts', 'POST', '/blog/api/posts', { ...post, title: 'Gone' }, other.token);
  await send('auth', 'POST', '/api/tokens', { name: 'A program', scopes: ['posts:read'] }, token);
  await send('auth', 'POST', '/api/login', { username, password: 'a wrong password' });
  expect((await send('auth', 'POST', '/api/password-resets', { email: `${username}@mail.example` })).status).toBe(202);
  const picture = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
  expect((await send('media', 'POST', '/blog/api/media', picture, token)).status).toBe(201);
  await db.admin`UPDATE auth.users SET role = 'editor' WHERE id = ${id}`;
  await send('posts', 'DELETE', `/blog/api/posts/${gone.body.id}`, undefined, token);
  expect((await send('auth', 'POST', '/api/invitations', { role: 'author' }, token)).status).toBe(201);
  const commentsOf = `/blog/api/posts/${made.body.id}/comments`;
  expect((await send('comments', 'POST', commentsOf, { content: 'Mine.' }, token)).status).toBe(201);
  expect((await send('comments', 'POST', commentsOf, { content: 'To be told of.' }, other.token)).status).toBe(201);
  const byName = '/blog/api/search?q=wake&author=wilhelmina-q';
  await eventually(
    () => send('search', 'GET', byName),
    ({ body }) => body.length === 1,
  );
  const noted = await eventually(
    () => tablesWith(...known),
    (found) => found.includes('mail.notices'),
  );
  expect(noted).toEqual(
    expect.arrayContaining([
      'auth.users',
      'auth.invitations',
      'auth.mails',
      'comments.comments',
      'journal.events',
      'mail.notices',
      'media.uploads',
      'posts.posts',
      'posts.revisions',
      'search.posts',
    ]),
  );

  expect((await send('auth', 'DELETE', '/api/me', { password: 'wrong' }, token)).status).toBe(422);
  expect((await send('auth', 'DELETE', '/api/me', { password }, token)).status).toBe(204);
  // The second telling waits for its time, with the name in it.
  const waiting = ['auth.outbox', ...archive];
  const onlyIn = (tables: string[]) =>
    eventually(
      () => tablesWith(...known),
      (found) => found.join() === tables.join(),
    );
  expect(await onlyIn(waiting)).toEqual(waiting);
  expect(await db.admin`SELECT 1 FROM webhooks.deliveries LIMIT 1`).toHaveLength(1);

  // As a token is taken for some seconds more: what was written with it goes, too.
  await db.admin`
    INSERT INTO comments.comments (post_id, thread_id, status, user_id, author, content, digest, created_at)
    VALUES (${made.body.id}, 99, 'published', ${id}, ${username}, 'Late.', '', now())`;
  await db.admin`UPDATE posts.posts SET author_id = ${id}, author = ${username} WHERE id = ${made.body.id}`;
  await relay();
  expect(await onlyIn(archive)).toEqual(archive);

  expect((await send('posts', 'GET', `/blog/api/posts/${made.body.id}`)).body).toMatchObject({
    title: post.title,
    author: 'deleted account',
  });
  expect((await send('search', 'GET', '/blog/api/search?q=wake')).body).toMatchObject([{ author: 'deleted account' }]);
  const again = { username: username.toLowerCase(), email: 'x@mail.example', password };
  expect((await send('auth', 'POST', '/api/register', again)).status).toBe(409);
  expect((await send('auth', 'GET', '/api/me', undefined, other.token)).status).toBe(200);
});
