import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authFixture, bearer, cookieOf, issuer } from './app.fixture.ts';
import { rotateKeys } from './key-folder.ts';
import { passwords } from './passwords.ts';

let db: TestDatabase;
let fixture: ReturnType<typeof authFixture>;
const password = 'a long enough sentence';
let count = 0;
const newName = () => `person-${++count}`;

beforeAll(async () => {
  db = await testDatabase('auth');
  fixture = authFixture(db.as('auth'));
});
afterAll(() => db?.drop());

const send: typeof fixture.send = (...args) => fixture.send(...args);
const register = (username: string, more: object = {}) =>
  send('POST', '/api/register', { username, email: `${username}@example.org`, password, ...more });
const login = (username: string, more: object = {}) => send('POST', '/api/login', { username, password, ...more });

async function loggedIn(more: object = {}) {
  const username = newName();
  await register(username);
  const response = await login(username, more);
  const body = (await response.json()) as { token: string; refresh_token: string; user: { id: number } };
  return { username, response, ...body, headers: bearer(body.token) };
}

describe('registering', () => {
  test('answers 201 with id, name and address, and where the user is', async () => {
    const response = await send('POST', '/api/register', { username: 'Ada', email: ' Ada@EXAMPLE.org ', password });
    expect(response.status).toBe(201);
    expect(response.headers.get('location')).toBe('/api/users/Ada');
    expect(await response.json()).toEqual({ id: expect.any(Number), username: 'Ada', email: 'Ada@example.org' });
  });

  test('is the same at /api/users', async () => {
    const username = newName();
    expect((await send('POST', '/api/users', { username, email: 'x@example.org', password })).status).toBe(201);
  });

  test('refuses a name that differs only in case with 409', async () => {
    await register('Grace');
    const response = await register('gRACE');
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({
      code: 'conflict',
      errors: [{ field: 'username', message: 'is taken' }],
    });
  });

  test('lets one of many simultaneous registrations of a name win', async () => {
    const username = newName();
    const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await register(username)).status));
    expect(statuses.sort()).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
  });

  test.each([
    ['an empty name', { username: '' }, 'username'],
    ['a name of blanks', { username: '   ' }, 'username'],
    ['a short name', { username: 'ab' }, 'username'],
    ['a long name', { username: 'a'.repeat(31) }, 'username'],
    ['a homograph', { username: 'аdmin' }, 'username'],
    ['a name with a slash', { username: 'a/../b' }, 'username'],
    ['a name with NUL', { username: 'abc\u0000' }, 'username'],
    ['an address without @', { email: 'nobody' }, 'email'],
    ['an empty password', { password: '' }, 'password'],
    ['a password of seven', { password: 'sevenXY' }, 'password'],
    ['a password of 257', { password: 'ab'.repeat(129) }, 'password'],
    ['a common password', { password: 'Password123' }, 'password'],
    ['a password with NUL', { password: 'abcdefgh\u0000' }, 'password'],
    ['a number as name', { username: 12345 }, 'username'],
    ['a password that is the name', { username: 'bartholomew', password: 'Bartholomew1' }, 'password'],
  ])('answers 422 for %s and names the field', async (_, change, field) => {
    const response = await register(newName(), change);
    expect(response.status).toBe(422);
    const { errors } = (await response.json()) as { errors: { field: string }[] };
    expect(errors.map((each) => each.field)).toContain(field);
  });

  test('names every field that is missing', async () => {
    const { errors } = (await (await send('POST', '/api/register', {})).json()) as { errors: { field: string }[] };
    expect(errors.map((each) => each.field).sort()).toEqual(['email', 'password', 'username']);
  });

  test('accepts passwords of 8 and of 256 code points', async () => {
    expect((await register(newName(), { password: 'xk🐭🐭🐭🐭q7' })).status).toBe(201);
    expect((await register(newName(), { password: '🐭z'.repeat(128) })).status).toBe(201);
  });

  test('emits user.registered without the address', async () => {
    const username = newName();
    const { id } = (await (await register(username)).json()) as { id: number };
    const [row] = await db.as('auth')`SELECT type, source, data FROM outbox WHERE subject = ${`user/${id}`}`;
    expect(row).toMatchObject({ type: 'dev.dormouse.user.registered.v1', source: '/auth', data: { id, username } });
    expect(JSON.stringify(row)).not.toContain('@');
  });
});

describe('logging in', () => {
  test('answers a token, its life and a cookie that scripts and other sites never see', async () => {
    const { response, token, user } = await loggedIn();
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('set-cookie')).toMatch(
      /^refresh_token=[^;]+; Max-Age=2592000; Path=\/api\/token; HttpOnly; SameSite=Strict$/,
    );
    expect(await fixture.auth.tokens.verify(token)).toMatchObject({ id: user.id, role: 'author', scopes: [] });
  });

  test('marks the cookie Secure behind https', async () => {
    const username = newName();
    await register(username);
    const cookie = async (headers: Record<string, string>) =>
      (await send('POST', '/api/login', { username, password }, headers)).headers
        .get('set-cookie')
        ?.includes('; Secure');
    expect(await cookie({ 'x-forwarded-proto': 'https' })).toBe(true);
    expect(await cookie({ 'x-client-origin': 'https://blog.example', 'x-forwarded-proto': 'http' })).toBe(true);
    expect(await cookie({ 'x-client-origin': 'http://blog.example', 'x-forwarded-proto': 'https' })).toBe(false);
  });

  test('gives the refresh token in the body, and no cookie, to who asks for it', async () => {
    const { response, refresh_token } = await loggedIn({ refresh: 'body' });
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(refresh_token).toMatch(/^[0-9a-f-]{36}\.[\w-]{43}$/);
  });

  test('takes the name in any case', async () => {
    await register('Hopper');
    const response = await login('hOPPER');
    expect(await response.json()).toMatchObject({ status: 'success', expires_in: 900, user: { username: 'Hopper' } });
  });

  test('answers 401 for a wrong password', async () => {
    const { username } = await loggedIn();
    expect((await login(username, { password: 'something else' })).status).toBe(401);
  });

  test.each([['username'], ['password']])('answers 422 for an empty %s', async (field) => {
    expect((await send('POST', '/api/login', { username: 'somebody', password, [field]: '' })).status).toBe(422);
  });

  test('renews a hash of an older cost, and the password stays good', async () => {
    const username = newName();
    await register(username);
    const sql = db.as('auth');
    const older = passwords({ cost: { memory: 64, passes: 1, lanes: 1 } });
    await sql`UPDATE users SET password_hash = ${await older.hash(password)} WHERE username = ${username}`;
    const strict = authFixture(sql, { passwords: passwords({ cost: { memory: 128, passes: 1, lanes: 1 } }) });
    expect((await strict.send('POST', '/api/login', { username, password })).status).toBe(200);
    const [row] = await sql`SELECT password_hash FROM users WHERE username = ${username}`;
    expect(row?.password_hash).toContain('m=128,');
    expect((await strict.send('POST', '/api/login', { username, password })).status).toBe(200);
  });

  test('gives scope import to administrators only', async () => {
    const { username } = await loggedIn();
    expect((await login(username, { scope: 'import' })).status).toBe(403);
    await fixture.auth.store.setRole(username, 'admin');
    const { token } = (await (await login(username, { scope: 'import' })).json()) as { token: string };
    expect(await fixture.auth.tokens.verify(token)).toMatchObject({ role: 'admin', scopes: ['import'] });
  });
});

describe('refreshing', () => {
  const refresh = (cookie: string, headers: Record<string, string> = {}) =>
    send('POST', '/api/token/refresh', undefined, { cookie: `refresh_token=${cookie}`, ...headers });

  test('replaces the cookie and answers a new access token', async () => {
    const { response } = await loggedIn();
    const first = cookieOf(response) as string;
    const refreshed = await refresh(first);
    expect(refreshed.status).toBe(200);
    expect(await refreshed.json()).toMatchObject({ status: 'success', expires_in: 900, token: expect.any(String) });
    expect(cookieOf(refreshed)).not.toBe(first);
  });

  test('works by body, and answers in the body', async () => {
    const { refresh_token } = await loggedIn({ refresh: 'body' });
    const response = await send('POST', '/api/token/refresh', { refresh_token });
    const body = (await response.json()) as { refresh_token: string };
    expect(body.refresh_token).not.toBe(refresh_token);
    expect(response.headers.get('set-cookie')).toBeNull();
    expect((await send('POST', '/api/token/refresh', { refresh_token: body.refresh_token })).status).toBe(200);
  });

  test('shows a change of role in the next access token', async () => {
    const { username, refresh_token } = await loggedIn({ refresh: 'body' });
    await fixture.auth.store.setRole(username, 'editor');
    const { token } = (await (await send('POST', '/api/token/refresh', { refresh_token })).json()) as { token: string };
    expect((await fixture.auth.tokens.verify(token)).role).toBe('editor');
  });

  test('answers 401 and removes the cookie when the log-in has ended', async () => {
    const response = await refresh('made-up');
    expect(response.status).toBe(401);
    expect(response.headers.get('set-cookie')).toMatch(/^refresh_token=; Max-Age=0; Path=\/api\/token/);
  });

  test('answers 401 without any token', async () => {
    expect((await send('POST', '/api/token/refresh')).status).toBe(401);
  });

  test('with the id of a session, which access tokens show, and a secret that was made up changes nothing', async () => {
    const { refresh_token, headers } = await loggedIn({ refresh: 'body' });
    const [session] = refresh_token.split('.');
    for (const invented of ['A'.repeat(43), refresh_token.slice(-43, -1) + (refresh_token.endsWith('A') ? 'E' : 'A')])
      expect((await send('POST', '/api/token/refresh', { refresh_token: `${session}.${invented}` })).status).toBe(401);
    expect((await send('GET', '/verify', undefined, headers)).status).toBe(200);
    expect((await send('POST', '/api/token/refresh', { refresh_token })).status).toBe(200);
  });

  test('with a token that was issued and replaced ends its session', async () => {
    const { refresh_token, headers } = await loggedIn({ refresh: 'body' });
    expect((await send('POST', '/api/token/refresh', { refresh_token })).status).toBe(200);
    fixture.clock.ms += 11_000;
    expect((await send('POST', '/api/token/refresh', { refresh_token })).status).toBe(401);
    expect((await send('GET', '/verify', undefined, headers)).status).toBe(401);
  });

  test('ends after 30 days without use', async () => {
    const { response } = await loggedIn();
    fixture.clock.ms += 30 * 86_400_000;
    expect((await refresh(cookieOf(response) as string)).status).toBe(401);
  });
});

describe('logging out', () => {
  test('ends the log-in of the access token and removes the cookie', async () => {
    const { refresh_token, headers } = await loggedIn({ refresh: 'body' });
    const response = await send('POST', '/api/logout', undefined, headers);
    expect(response.status).toBe(204);
    expect(cookieOf(response)).toBe('');
    expect((await send('POST', '/api/token/refresh', { refresh_token })).status).toBe(401);
  });

  test('ends the log-in of a refresh token', async () => {
    const { refresh_token } = await loggedIn({ refresh: 'body' });
    expect((await send('POST', '/api/logout', { refresh_token })).status).toBe(204);
    expect((await send('POST', '/api/token/refresh', { refresh_token })).status).toBe(401);
  });

  test.each(['GET /verify', 'GET /api/me', 'PATCH /api/me'])(
    'ends the access token with it: %s is 401',
    async (call) => {
      const [method, path] = call.split(' ') as [string, string];
      const { refresh_token, headers } = await loggedIn({ refresh: 'body' });
      const body = method === 'PATCH' ? { display_name: 'Eve' } : undefined;
      expect((await send(method, path, body, headers)).status).toBe(200);
      await send('POST', '/api/logout', { refresh_token });
      expect((await send(method, path, body, headers)).status).toBe(401);
    },
  );

  test('takes more than the id of a session, which access tokens show', async () => {
    const { refresh_token, headers } = await loggedIn({ refresh: 'body' });
    const [session] = refresh_token.split('.');
    const madeUp = `${session}.${'A'.repeat(43)}`;
    expect((await send('POST', '/api/logout', { refresh_token: madeUp })).status).toBe(204);
    expect((await send('GET', '/verify', undefined, headers)).status).toBe(200);
    expect((await send('POST', '/api/token/refresh', { refresh_token })).status).toBe(200);
  });

  test('ends the log-in of the access token where the refresh token is an old one', async () => {
    const { refresh_token, headers } = await loggedIn({ refresh: 'body' });
    const refreshed = await send('POST', '/api/token/refresh', { refresh_token });
    const renewed = (await refreshed.json()) as { refresh_token: string };
    fixture.clock.ms += 11_000;
    expect((await send('POST', '/api/logout', { refresh_token }, headers)).status).toBe(204);
    expect((await send('POST', '/api/token/refresh', { refresh_token: renewed.refresh_token })).status).toBe(401);
  });

  test('leaves other log-ins of the user alone', async () => {
    const { username, headers } = await loggedIn();
    const { refresh_token } = (await (await login(username, { refresh: 'body' })).json()) as { refresh_token: string };
    await send('POST', '/api/logout', undefined, headers);
    expect((await send('POST', '/api/token/refresh', { refresh_token })).status).toBe(200);
  });

  test('is done when nobody was logged in', async () => {
    expect((await send('POST', '/api/logout')).status).toBe(204);
  });

  test('does not pretend: a bad access token is 401', async () => {
    expect((await send('POST', '/api/logout', undefined, bearer('x.y.z'))).status).toBe(401);
  });
});

describe('asking whether a token is good', () => {
  test('answers who it is and until when', async () => {
    const { token, username, user, headers } = await loggedIn();
    const { exp } = await fixture.auth.tokens.verify(token);
    expect(await (await send('GET', '/verify', undefined, headers)).json()).toEqual({
      status: 'success',
      data: { user_id: user.id, username, exp },
    });
  });

  test('answers 401 without a token', async () => {
    expect((await send('GET', '/verify')).status).toBe(401);
  });

  test('answers 429 with Retry-After from the 31st time in a minute', async () => {
    const { headers } = await loggedIn();
    for (let i = 0; i < 30; i++) expect((await send('GET', '/verify', undefined, headers)).status).toBe(200);
    const rejected = await send('GET', '/verify', undefined, headers);
    expect(rejected.status).toBe(429);
    expect(Number(rejected.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('an own account', () => {
  test('shows its owner everything but the password', async () => {
    const { username, headers } = await loggedIn();
    expect(await (await send('GET', '/api/me', undefined, headers)).json()).toEqual({
      id: expect.any(Number),
      username,
      email: `${username}@example.org`,
      email_verified: false,
      new_email: null,
      comment_mails: true,
      display_name: username,
      bio: null,
      links: [],
      picture: null,
      role: 'author',
      has_password: true,
      created_at: expect.any(String),
    });
  });

  test('changes its display name, in any script', async () => {
    const { headers, username } = await loggedIn();
    const response = await send('PATCH', '/api/me', { display_name: ' Ada Ĺovelace 🐭 ' }, headers);
    expect(await response.json()).toMatchObject({ display_name: 'Ada Ĺovelace 🐭' });
    expect(await (await send('GET', `/api/users/${username}`)).json()).toMatchObject({
      display_name: 'Ada Ĺovelace 🐭',
    });
  });

  test('says of itself what its owner wants, in plain text, and tells that it changed', async () => {
    const { headers, username, user } = await loggedIn();
    const change = async (bio: unknown) => send('PATCH', '/api/me', { bio }, headers);
    expect(await (await change('  Écrit.\n안녕 🐭 <b>  ')).json()).toMatchObject({ bio: 'Écrit.\n안녕 🐭 <b>' });
    expect(await (await send('GET', `/api/users/${username}`)).json()).toMatchObject({ bio: 'Écrit.\n안녕 🐭 <b>' });
    expect((await change('🐭'.repeat(500))).status).toBe(200);
    for (const bio of ['x'.repeat(501), 'a\u0000b', 'a\u202eb', '\ud800', 7, null]) {
      const refused = await change(bio);
      expect([refused.status, await refused.json()]).toEqual([
        422,
        expect.objectContaining({ errors: [expect.objectContaining({ field: 'bio' })] }),
      ]);
    }
    expect(await (await change('')).json()).toMatchObject({ bio: null });
    expect((await change('')).status).toBe(200);
    const events = await db.as(
      'auth',
    )`SELECT data FROM outbox WHERE subject = ${`user/${user.id}`} AND type = 'dev.dormouse.user.updated.v1'`;
    expect(events.map(({ data }) => data)).toEqual(
      Array.from({ length: 3 }, () => ({
        id: user.id,
        username,
        role: 'author',
        suspended: false,
        changed: ['bio'],
        changed_by: user.id,
      })),
    );
  });

  test('has a picture, which media keeps as long as it is named', async () => {
    const { headers, username } = await loggedIn();
    const named = async () => (await db.admin`SELECT hash FROM auth.pictures_named() AS hash`).map(({ hash }) => hash);
    const picture = 'ab'.repeat(32);
    const show = (hash: unknown) => send('PATCH', '/api/me', { picture: hash }, headers);
    expect(await (await show(picture)).json()).toMatchObject({ picture });
    expect(await (await send('GET', `/api/users/${username}`)).json()).toMatchObject({ picture });
    for (const wrong of ['', picture.toUpperCase(), 7])
      expect([wrong, (await show(wrong)).status]).toEqual([wrong, 422]);
    expect(await named()).toContain(picture);
    expect(await (await show(null)).json()).toMatchObject({ picture: null });
    expect(await named()).not.toContain(picture);
  });

  test('names its owner’s pages elsewhere, with https alone', async () => {
    const { headers, username, user } = await loggedIn();
    const change = async (links: unknown) => send('PATCH', '/api/me', { links }, headers);
    // Hosts in other scripts are shown as what they are, so that none looks like another: аpple.com has a Cyrillic а.
    const kept = ['https://social.example/@ada', 'https://xn--bcher-kva.example/a%20b', 'https://xn--pple-43d.com/'];
    const social = 'https://social.example/@ada';
    const given = [` ${social} `, 'HTTPS://BÜCHER.example:443/a b', social, 'https://аpple.com'];
    expect(await (await change(given)).json()).toMatchObject({ links: kept });
    expect(await (await send('GET', `/api/users/${username}`)).json()).toMatchObject({ links: kept });
    expect(await (await send('PATCH', '/api/me', { bio: 'Other.' }, headers)).json()).toMatchObject({ links: kept });
    const refused = [
      'http://a.example',
      'javascript:alert(1)',
      'https://',
      'https://ada:x@a.example',
      '/me',
      'a.example',
      '\u0001javascript:alert(1)//https://a.example',
      'https://a.example:99999/',
      'x'.repeat(10_000),
      7,
    ];
    for (const link of [...refused, `https://a.example/${'x'.repeat(300)}`]) {
      const response = await change(['https://b.example/', link]);
      expect([link, response.status]).toEqual([link, 422]);
      expect(await response.json()).toMatchObject({ errors: [{ field: 'links.1' }] });
    }
    expect((await change(Array.from({ length: 11 }, (_, n) => `https://a.example/${n}`))).status).toBe(422);
    expect(await (await change([])).json()).toMatchObject({ links: [] });
    const [first] = await db.as(
      'auth',
    )`SELECT data FROM outbox WHERE subject = ${`user/${user.id}`} AND type = 'dev.dormouse.user.updated.v1' ORDER BY position`;
    expect(first?.data).toMatchObject({ changed: ['links'] });
    expect(JSON.stringify(first?.data)).not.toContain('social.example');
  });

  test('lists its log-ins and ends one of them, but nobody else’s', async () => {
    const { username, headers, user } = await loggedIn();
    const other = await loggedIn();
    fixture.clock.ms += 1000;
    const second = await send(
      'POST',
      '/api/login',
      { username, password, refresh: 'body' },
      { 'user-agent': `Firefox\u00e9 ${'x'.repeat(300)}` },
    );
    const { refresh_token } = (await second.json()) as { refresh_token: string };
    interface Session {
      id: string;
      current: boolean;
      agent: string | null;
      used_at: string;
    }
    const sessions = async () =>
      (await (await send('GET', '/api/me/sessions', undefined, headers)).json()) as Session[];
    const [newest, own] = await sessions();
    expect([newest?.current, own?.current, newest?.agent]).toEqual([false, true, `Firefox ${'x'.repeat(192)}`]);
    fixture.clock.ms += 1000;
    const renewed = await send('POST', '/api/token/refresh', { refresh_token });
    const held = ((await renewed.json()) as { refresh_token: string }).refresh_token;
    expect((await sessions())[0]?.used_at).toBe(new Date(fixture.clock.ms).toISOString());
    const end = async (id: string | undefined, as: Record<string, string>) =>
      (await send('DELETE', `/api/me/sessions/${id}`, undefined, as)).status;
    expect(await end(newest?.id, other.headers)).toBe(404);
    expect(await end('not-an-id', headers)).toBe(404);
    expect(await end(newest?.id.toUpperCase(), headers)).toBe(204);
    expect(await end(newest?.id, headers)).toBe(404);
    expect((await send('POST', '/api/token/refresh', { refresh_token: held })).status).toBe(401);
    expect((await sessions()).map(({ id }) => id)).toEqual([own?.id]);
    expect(await end(own?.id, headers)).toBe(204);
    expect((await send('GET', '/api/me', undefined, headers)).status).toBe(401);
    expect(await db.admin`SELECT 1 FROM auth.sessions WHERE user_id = ${user.id}`).toHaveLength(0);
  });

  test('is taken along with its log-ins and invitations, without what is secret', async () => {
    const { headers, username } = await loggedIn();
    await fixture.auth.store.setRole(username, 'editor');
    await send('POST', '/api/invitations', { role: 'author', name: 'Grace' }, headers);
    const response = await send('GET', '/api/me/export', undefined, headers);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const data = await response.json();
    expect(data).toEqual({
      account: expect.objectContaining({ username, email: `${username}@example.org`, role: 'editor' }),
      sessions: [expect.objectContaining({ current: true })],
      personal_tokens: [],
      identities: [],
      passkeys: [],
      invitations: [expect.objectContaining({ name: 'Grace', invited_by: username })],
    });
    expect(JSON.stringify(data)).not.toMatch(/hash|seal|code/);
    expect((await send('GET', '/api/me/export')).status).toBe(401);
  });

  test('changes its password with the old one, which ends every log-in', async () => {
    const { headers, username, refresh_token } = await loggedIn({ refresh: 'body' });
    const response = await send(
      'PATCH',
      '/api/me',
      { password: 'a second sentence', current_password: password },
      headers,
    );
    expect(response.status).toBe(200);
    expect((await send('POST', '/api/token/refresh', { refresh_token })).status).toBe(401);
    expect((await login(username)).status).toBe(401);
    expect((await login(username, { password: 'a second sentence' })).status).toBe(200);
  });

  test.each([
    ['without the old one', { password: 'a second sentence' }],
    ['with a wrong old one', { password: 'a second sentence', current_password: 'guessed' }],
  ])('keeps its password %s', async (_, change) => {
    const { headers, username } = await loggedIn();
    const response = await send('PATCH', '/api/me', change, headers);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ field: 'current_password' }] });
    expect((await login(username)).status).toBe(200);
  });

  test.each([
    ['without the password', undefined, 'password'],
    ['with an empty body', {}, 'password'],
    ['with a wrong password', { password: 'guessed' }, 'password'],
    ['with a wrong password by its other name', { current_password: 'guessed' }, 'current_password'],
  ])('is not deleted %s: a stolen access token is not enough', async (_, body, field) => {
    const { headers, username } = await loggedIn();
    const response = await send('DELETE', '/api/me', body, headers);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ field }] });
    expect((await login(username)).status).toBe(200);
  });

  test('is deleted for good: no token, log-in or page is left, and the name stays taken', async () => {
    const { headers, username, user, refresh_token } = await loggedIn({ refresh: 'body' });
    expect((await send('DELETE', '/api/me', { password }, headers)).status).toBe(204);
    expect((await send('GET', '/api/me', undefined, headers)).status).toBe(401);
    expect((await send('GET', '/verify', undefined, headers)).status).toBe(401);
    expect((await send('POST', '/api/token/refresh', { refresh_token })).status).toBe(401);
    expect((await login(username)).status).toBe(401);
    expect((await send('GET', `/api/users/${username}`)).status).toBe(404);
    expect((await register(username.toUpperCase())).status).toBe(409);
    const rows = await db.as(
      'auth',
    )`SELECT type, data FROM outbox WHERE subject = ${`user/${user.id}`} ORDER BY position`;
    // At once, and again once no function takes its tokens any more.
    expect(rows.slice(-2)).toEqual(
      Array(2).fill({ type: 'dev.dormouse.user.deleted.v1', data: { id: user.id, username } }),
    );
    const [again] = await db.as('auth')`
      SELECT max(time) - min(time) >= interval '20 seconds' AS is_later FROM outbox WHERE subject = ${`user/${user.id}`} AND type LIKE '%deleted%'`;
    expect(again).toEqual({ is_later: true });
  });
});

describe('other users', () => {
  test('are shown by name in any case, without their address', async () => {
    const { username } = await loggedIn();
    const response = await send('GET', `/api/users/${username.toUpperCase()}`);
    expect(await response.json()).toEqual({
      id: expect.any(Number),
      username,
      display_name: username,
      bio: null,
      links: [],
      picture: null,
      created_at: expect.any(String),
    });
  });

  test('are 404 when there are none', async () => {
    expect((await send('GET', '/api/users/nobody-at-all')).status).toBe(404);
    expect((await send('GET', '/api/users/%00')).status).toBe(404);
  });

  test('cannot be listed by strangers', async () => {
    expect((await send('GET', '/api/users')).status).toBe(401);
  });
});

describe('an import', () => {
  const importer = async () => bearer(await fixture.sign({ scope: 'import', role: 'admin' }));

  test('makes an account that nobody can log in to, once', async () => {
    const username = newName();
    const first = await send('POST', '/api/users', { username, display_name: 'Zoë Näme' }, await importer());
    const second = await send(
      'POST',
      '/api/users',
      { username: username.toUpperCase(), display_name: 'Other' },
      await importer(),
    );
    expect([first.status, second.status]).toEqual([201, 200]);
    const made = await first.json();
    expect(made).toEqual({ id: expect.any(Number), username });
    expect(await second.json()).toEqual(made);
    expect((await login(username)).status).toBe(401);
    expect(await (await send('GET', `/api/users/${username}`)).json()).toMatchObject({ display_name: 'Zoë Näme' });
  });

  test('is over for an administrator who logged out, or is none any more', async () => {
    const { username } = await loggedIn();
    await fixture.auth.store.setRole(username, 'admin');
    const asImporter = async () => {
      const response = await login(username, { scope: 'import', refresh: 'body' });
      return (await response.json()) as { token: string; refresh_token: string };
    };
    const { token, refresh_token } = await asImporter();
    const add = async (held: string) =>
      (await send('POST', '/api/users', { username: newName() }, bearer(held))).status;
    expect(await add(token)).toBe(201);
    await send('POST', '/api/logout', { refresh_token });
    expect(await add(token)).toBe(401);
    const again = await asImporter();
    await fixture.auth.store.setRole(username, 'author');
    expect(await add(again.token)).toBe(403);
  });

  test('without the scope is a registration like any other', async () => {
    const response = await send(
      'POST',
      '/api/users',
      { username: newName(), display_name: 'x' },
      bearer(await fixture.sign({ role: 'admin' })),
    );
    expect(response.status).toBe(422);
  });

  test('does not revive a deleted name', async () => {
    const { headers, username } = await loggedIn();
    await send('DELETE', '/api/me', { current_password: password }, headers);
    expect((await send('POST', '/api/users', { username }, await importer())).status).toBe(409);
  });
});

describe('keys and discovery', () => {
  test('publish nothing private', async () => {
    const { keys } = (await (await send('GET', '/.well-known/jwks.json')).json()) as { keys: object[] };
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  });

  test('may be cached by strangers, who hear of nothing else', async () => {
    const response = await send('GET', '/.well-known/jwks.json', undefined, { 'x-client-address': '192.0.2.1' });
    expect(response.headers.get('cache-control')).toBe('public, max-age=300');
    expect(Object.keys((await response.json()) as object)).toEqual(['keys']);
  });

  test('tell our own functions which sessions have ended and which roles have changed', async () => {
    const revoked = async () => {
      const response = await send('GET', '/.well-known/jwks.json');
      expect(response.headers.get('cache-control')).toBe('no-store');
      return ((await response.json()) as { revoked: { sessions: string[]; roles: object[] } }).revoked;
    };
    const sessionOf = async (token: string) => (await fixture.auth.tokens.verify(token)).session as string;
    const [out, changed, removed, promoted] = [
      await loggedIn({ refresh: 'body' }),
      await loggedIn(),
      await loggedIn(),
      await loggedIn(),
    ];
    const ended = await Promise.all([out, changed, removed].map(({ token }) => sessionOf(token)));
    expect((await revoked()).sessions).not.toEqual(expect.arrayContaining([ended[0]]));
    await send('POST', '/api/logout', { refresh_token: out.refresh_token });
    await send('PATCH', '/api/me', { password: 'a second sentence', current_password: password }, changed.headers);
    await send('DELETE', '/api/me', { current_password: password }, removed.headers);
    await fixture.auth.store.setRole(promoted.username, 'editor');
    const { sessions, roles } = await revoked();
    expect(sessions).toEqual(expect.arrayContaining(ended));
    expect(sessions).not.toContain(await sessionOf(promoted.token));
    expect(roles).toContainEqual({ id: promoted.user.id, role: 'editor' });
  });

  test('name the issuer and where its keys are', async () => {
    expect(await (await send('GET', '/.well-known/openid-configuration')).json()).toMatchObject({
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
    });
  });

  test('a token signed before a rotation is good after it, and the new key is published before it signs', async () => {
    const { headers, username } = await loggedIn();
    const { added } = rotateKeys(fixture.folder, { now: fixture.clock.ms, activateAfterMs: 60_000 });
    expect(fixture.auth.keys.published().map((key) => key.kid)).toContain(added);
    expect(fixture.auth.keys.signingKey().kid).not.toBe(added);
    fixture.clock.ms += 60_000;
    expect(fixture.auth.keys.signingKey().kid).toBe(added);
    expect((await send('GET', '/verify', undefined, headers)).status).toBe(200);
    const { token } = (await (await login(username)).json()) as { token: string };
    expect((await send('GET', '/verify', undefined, bearer(token))).status).toBe(200);
  });
});

test('providers that are not configured are not there', async () => {
  const response = await send('GET', '/api/oauth/github');
  expect(response.status).toBe(404);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
});
