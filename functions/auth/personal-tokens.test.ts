import type { Api } from '@dormouse/runtime/api';
import { tokenScopes } from '@dormouse/runtime/token-scopes';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { beforeAll, describe, expect, test } from 'vitest';
import { api } from './api.ts';
import { authFixture, bearer } from './app.fixture.ts';

let db: TestDatabase;
let fixture: ReturnType<typeof authFixture>;
const password = 'a long enough sentence';
let count = 0;

beforeAll(async () => {
  db = await testDatabase('auth');
  fixture = authFixture(db.as('auth'));
  return () => db.drop();
});

const send: typeof fixture.send = (...args) => fixture.send(...args);
const status = async (...request: Parameters<typeof send>) => (await send(...request)).status;

async function person(role = 'author') {
  const username = `owner-${++count}`;
  await send('POST', '/api/register', { username, email: `${username}@example.org`, password });
  await db.admin`UPDATE auth.users SET role = ${role} WHERE username = ${username}`;
  const response = await send('POST', '/api/login', { username, password });
  const { token, user } = (await response.json()) as { token: string; user: { id: number } };
  return { id: user.id, username, headers: bearer(token) };
}
type Person = Awaited<ReturnType<typeof person>>;

interface Made {
  id: string;
  token: string;
  scopes: string[];
  expires_at: string;
}
const make = (by: Person, body: object = {}) =>
  send('POST', '/api/tokens', { name: 'A program', scopes: ['account:read'], ...body }, by.headers);
const made = async (by: Person, body?: object) => (await (await make(by, body)).json()) as Made;
const outboxOf = (id: string) =>
  db.admin<{ type: string; data: object }[]>`
    SELECT type, data FROM auth.outbox WHERE subject = ${`token/${id}`} ORDER BY position`;

describe('a personal access token', () => {
  test('is shown once, and is kept as a hash', async () => {
    const ada = await person();
    const response = await make(ada, { name: ' Nightly ', scopes: ['account:read', 'posts:read', 'posts:read'] });
    const body = (await response.json()) as Made;
    expect([response.status, response.headers.get('location'), response.headers.get('cache-control')]).toEqual([
      201,
      `/api/tokens/${body.id}`,
      'no-store',
    ]);
    expect(body).toEqual({
      id: expect.any(String),
      name: 'Nightly',
      scopes: ['account:read', 'posts:read'],
      created_at: new Date(fixture.clock.ms).toISOString(),
      expires_at: new Date(fixture.clock.ms + 90 * 86_400_000).toISOString(),
      used_at: null,
      token: expect.stringMatching(/^dormouse_pat_[\w-]{43}$/),
    });
    const { token, ...kept } = body;
    expect(await (await send('GET', '/api/tokens', undefined, ada.headers)).json()).toEqual([kept]);
    const rows = await db.admin<
      { row: string }[]
    >`SELECT t::text AS row FROM auth.personal_tokens t WHERE id = ${body.id}`;
    expect(rows[0]?.row).not.toContain(token.slice(13));
    const events = await outboxOf(body.id);
    expect(events).toEqual([
      {
        type: 'dev.dormouse.token.created.v1',
        data: { id: body.id, user_id: ada.id, scopes: kept.scopes, expires_at: kept.expires_at },
      },
    ]);
  });

  test('is taken where an access token is, and says when it was used', async () => {
    const ada = await person();
    const { id, token } = await made(ada);
    const response = await send('GET', '/api/me', undefined, bearer(token));
    expect(await response.json()).toMatchObject({ id: ada.id, username: ada.username });
    expect(await status('GET', '/verify', undefined, bearer(token))).toBe(200);
    const [listed] = (await (await send('GET', '/api/tokens', undefined, ada.headers)).json()) as { used_at: string }[];
    expect(listed).toMatchObject({ id, used_at: new Date(fixture.clock.ms).toISOString() });
    const exported = await (await send('GET', '/api/me/export', undefined, ada.headers)).json();
    expect(exported).toMatchObject({ personal_tokens: [{ id, name: 'A program' }] });
  });

  test('that is invented is 429 after thirty of a network in a minute, but for functions, which count by themselves', async () => {
    const invented = (n: number, headers?: Record<string, string>) =>
      status('POST', '/api/token/personal', { token: `dormouse_pat_${String(n).padStart(43, '0')}` }, headers);
    const outside = { 'x-client-address': '203.0.113.7' };
    for (let n = 0; n < 30; n++) expect(await invented(n, outside)).toBe(401);
    expect(await invented(30, outside)).toBe(429);
    expect(await invented(30, { 'x-client-address': '203.0.113.8' })).toBe(401);
    for (let n = 0; n < 31; n++) expect(await invented(n)).toBe(401);
  });

  test('is exchanged for an access token of the same scopes, which is limited as it is', async () => {
    const ada = await person();
    const { token } = await made(ada, { scopes: ['posts:read'], expires_in: 300 });
    const response = await send('POST', '/api/token/personal', { token });
    const exchanged = (await response.json()) as Made;
    expect(exchanged).toEqual({
      token: expect.stringMatching(/^ey/),
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'posts:read',
    });
    const claims = JSON.parse(Buffer.from(exchanged.token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ sub: String(ada.id), role: 'author', scope: 'posts:read', limited: true });
    expect(claims.exp).toBe(fixture.clock.ms / 1000 + 300);
    expect(await status('GET', '/api/me', undefined, bearer(exchanged.token))).toBe(403);
    expect(await status('POST', '/api/tokens', { name: 'x', scopes: ['posts:read'] }, bearer(exchanged.token))).toBe(
      403,
    );
  });

  test('has the role that its owner has now', async () => {
    const ada = await person('admin');
    const { token } = await made(ada, { scopes: ['posts:write'] });
    await db.admin`UPDATE auth.users SET role = 'reader' WHERE id = ${ada.id}`;
    const exchanged = (await (await send('POST', '/api/token/personal', { token })).json()) as Made;
    const claims = JSON.parse(Buffer.from(exchanged.token.split('.')[1] ?? '', 'base64url').toString());
    expect([claims.role, claims.scope]).toEqual(['reader', 'posts:write']);
  });

  test.each([
    ['without a name', { name: ' ' }, 'name'],
    ['without a scope', { scopes: [] }, 'scopes'],
    ['of a scope that nobody knows', { scopes: ['posts:read', 'everything'] }, 'scopes.1'],
    ['of the scope import', { scopes: ['import'] }, 'scopes.0'],
    ['of all scopes by a star', { scopes: ['*'] }, 'scopes.0'],
    ['of scopes in a text', { scopes: 'posts:read posts:write' }, 'scopes'],
    ['of two scopes in one', { scopes: ['posts:read posts:write'] }, 'scopes.0'],
    ['that has expired', { expires_in: -1 }, 'expires_in'],
    ['that never expires', { expires_in: 1e12 }, 'expires_in'],
    ['for somebody else', { user_id: 1 }, 'user_id'],
  ])('%s is refused', async (_, body, field) => {
    const response = await make(await person(), body);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ field }] });
  });

  test('is one of at most fifty', async () => {
    const ada = await person();
    await db.admin`
      INSERT INTO auth.personal_tokens (id, user_id, name, scopes, hash, created_at, expires_at)
      SELECT gen_random_uuid(), ${ada.id}, 'x', 'posts:read', gen_random_uuid(), now(), ${new Date(fixture.clock.ms + 1000)}
      FROM generate_series(1, 50)`;
    expect((await make(ada)).status).toBe(409);
    fixture.clock.ms += 1000;
    expect((await make(ada)).status).toBe(201);
  });
});

describe('a personal access token ends', () => {
  const works = async (token: string) => (await status('POST', '/api/token/personal', { token })) === 200;

  test('when who holds it says so, without a log-in, and whoever has none learns nothing', async () => {
    const ada = await person();
    const [one, other] = [await made(ada), await made(ada)];
    const revoke = (token: string) => status('POST', '/api/token/personal/revocation', { token });
    expect(await revoke(one.token)).toBe(204);
    expect([await works(one.token), await works(other.token)]).toEqual([false, true]);
    expect(await status('GET', '/api/me', undefined, bearer(one.token))).toBe(401);
    for (const token of [one.token, `dormouse_pat_${'A'.repeat(43)}`, 'x', other.id])
      expect(await revoke(token)).toBe(204);
    expect(await works(other.token)).toBe(true);
    const [, event] = await outboxOf(one.id);
    expect(event).toEqual({
      type: 'dev.dormouse.token.revoked.v1',
      data: { id: one.id, user_id: ada.id, scopes: ['account:read'] },
    });
  });

  test('when its owner revokes it, and so does what it was exchanged for', async () => {
    const ada = await person();
    const { id, token } = await made(ada);
    const exchanged = (await (await send('POST', '/api/token/personal', { token })).json()) as Made;
    expect(await status('GET', '/api/me', undefined, bearer(exchanged.token))).toBe(200);
    expect(await status('DELETE', `/api/tokens/${id}`, undefined, ada.headers)).toBe(204);
    expect(await works(token)).toBe(false);
    for (const held of [token, exchanged.token])
      expect(await status('GET', '/api/me', undefined, bearer(held))).toBe(401);
    expect(await status('DELETE', `/api/tokens/${id}`, undefined, ada.headers)).toBe(404);
    expect((await outboxOf(id)).at(-1)).toEqual({
      type: 'dev.dormouse.token.revoked.v1',
      data: { id, user_id: ada.id, scopes: ['account:read'] },
    });
    const ended = await db.admin`SELECT 1 FROM auth.ended_sessions WHERE id = ${id}`;
    expect(ended).toHaveLength(1);
  });

  test('when it expires', async () => {
    const { token } = await made(await person(), { expires_in: 60 });
    expect(await works(token)).toBe(true);
    fixture.clock.ms += 60_000;
    expect(await works(token)).toBe(false);
    expect(await status('GET', '/api/me', undefined, bearer(token))).toBe(401);
  });

  test.each<[string, (owner: Person) => Promise<unknown>]>([
    [
      'a new password',
      ({ headers }) =>
        send('PATCH', '/api/me', { password: 'another long sentence', current_password: password }, headers),
    ],
    ['the end of its account', ({ headers }) => send('DELETE', '/api/me', { current_password: password }, headers)],
    [
      'the end of its owner’s access',
      async ({ username }) =>
        send('PATCH', `/api/users/${username}`, { suspended: true }, bearer(await fixture.sign({ role: 'admin' }))),
    ],
    ['the end of all log-ins', ({ id }) => fixture.auth.store.closeSessions(id)],
  ])('with %s', async (_, end) => {
    const ada = await person();
    const { token } = await made(ada);
    expect(await works(token)).toBe(true);
    await end(ada);
    expect(await works(token)).toBe(false);
    expect(await status('GET', '/api/me', undefined, bearer(token))).toBe(401);
  });

  test('for nobody else: who knows its number cannot revoke it', async () => {
    const { id, token } = await made(await person());
    expect(await status('DELETE', `/api/tokens/${id}`, undefined, (await person('admin')).headers)).toBe(404);
    expect(await works(token)).toBe(true);
  });

  test('is not made by a log-in that ended meanwhile', async () => {
    const ada = await person();
    const { store } = fixture.auth;
    const at = new Date(fixture.clock.ms);
    const session = '0d9b8f0e-6a53-4b0a-8f0e-2f3c1d5a7b90';
    const token = { id: session, name: 'x', scopes: ['posts:read'], createdAt: at, expiresAt: at, hash: 'h' };
    expect(await store.makeToken({ ...token, userId: ada.id, session })).toBe('ended');
  });
});

describe('a personal access token cannot', () => {
  const all = [...tokenScopes];
  const routes = Object.entries(api as Api).filter(([, route]) => route.roles || route.optionalToken);
  const closed = routes.filter(([, route]) => !route.personal);
  const call = (route: Api[string], token: string) =>
    send(
      route.method,
      route.path.replaceAll(/:\w+/g, '0d9b8f0e-6a53-4b0a-8f0e-2f3c1d5a7b90'),
      route.method === 'GET' ? undefined : {},
      bearer(token),
    );

  test('make tokens, change passwords, delete or export accounts: no scope opens these', () => {
    expect(routes.filter(([, route]) => route.personal).map(([name]) => name)).toEqual(['me', 'verify']);
  });

  test.each(closed)('%s, whatever its scopes and its owner’s role', async (_, route) => {
    const admin = await person('admin');
    const { token } = await made(admin, { scopes: all });
    const exchanged = (await (await send('POST', '/api/token/personal', { token })).json()) as Made;
    for (const held of [token, exchanged.token]) {
      const response = await call(route, held);
      expect(response.status).toBe(403);
      expect(response.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope"');
    }
    expect(await status('GET', '/api/me', undefined, admin.headers)).toBe(200);
  });

  test('do what another scope is for', async () => {
    const { token } = await made(await person(), { scopes: all.filter((scope) => scope !== 'account:read') });
    const response = await send('GET', '/api/me', undefined, bearer(token));
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      403,
      'Bearer error="insufficient_scope", scope="account:read"',
    ]);
  });

  test('do anything with a scope that nobody knows any more', async () => {
    const { id, token } = await made(await person());
    await db.admin`UPDATE auth.personal_tokens SET scopes = 'account:* account admin * account:read2' WHERE id = ${id}`;
    expect(await status('GET', '/api/me', undefined, bearer(token))).toBe(403);
    await db.admin`UPDATE auth.personal_tokens SET scopes = '' WHERE id = ${id}`;
    expect(
      await status('GET', '/verify', undefined, bearer((await made(await person(), { scopes: ['posts:read'] })).token)),
    ).toBe(403);
  });

  test('be guessed, cut, or sent as something else', async () => {
    const ada = await person();
    const { id, token } = await made(ada);
    const invented = `dormouse_pat_${'A'.repeat(43)}`;
    for (const held of [invented, token.slice(0, -1), `${token}A`, token.toUpperCase(), token.slice(13), id])
      expect([held, await status('GET', '/api/me', undefined, bearer(held))]).toEqual([held, 401]);
    expect(await status('POST', '/api/token/personal', { token: invented })).toBe(401);
    expect(await status('POST', '/api/token/refresh', { refresh_token: token })).toBe(401);
    expect(await status('POST', '/api/claim', { token, password, email: 'x@example.org' })).toBe(404);
    expect(await status('POST', '/api/invitations/lookup', { code: token })).toBe(404);
  });
});
