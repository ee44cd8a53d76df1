import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { clientAddress, trustHeader } from '@dormouse/runtime/address';
import { AppError } from '@dormouse/runtime/errors';
import { openLimiter } from '@dormouse/runtime/limiter';
import { onMeasure } from '@dormouse/runtime/measure';
import { outbox } from '@dormouse/runtime/outbox';
import type { Sql } from '@dormouse/runtime/sql-types';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authFixture, bearer, cookieOf, issuer } from './app.fixture.ts';
import { passwords } from './passwords.ts';
import { createStore } from './store.ts';

let db: TestDatabase;
let sql: Sql;
let fixture: ReturnType<typeof authFixture>;
const password = 'a long enough sentence';
let count = 0;

beforeAll(async () => {
  db = await testDatabase('auth');
  sql = db.as('auth');
  fixture = authFixture(sql);
});
afterAll(() => db?.drop());

const register = (username: string, more: object = {}) =>
  fixture.send('POST', '/api/register', { username, email: `${username}@example.org`, password, ...more });
const login = (username: string, secret = password, headers: Record<string, string> = {}) =>
  fixture.send('POST', '/api/login', { username, password: secret }, headers);
async function newUser(): Promise<string> {
  const username = `victim-${++count}`;
  await register(username);
  return username;
}

describe('forged access tokens', () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = (change: object = {}) => {
    const now = Math.floor(fixture.clock.ms / 1000);
    return {
      iss: issuer,
      aud: 'dormouse',
      sub: '1',
      name: 'victim-1',
      role: 'admin',
      scope: '',
      jti: randomUUID(),
      iat: now,
      exp: now + 900,
      ...change,
    };
  };
  const header = (change: object = {}) => ({
    alg: 'EdDSA',
    typ: 'at+jwt',
    kid: fixture.auth.keys.signingKey().kid,
    ...change,
  });
  const forge = (head: object, body: object, signature: (signed: string) => Buffer) => {
    const signed = `${part(head)}.${part(body)}`;
    return `${signed}.${signature(signed).toString('base64url')}`;
  };
  const ours = (signed: string) => sign(null, Buffer.from(signed), fixture.auth.keys.signingKey().privateKey);
  const mine = generateKeyPairSync('ed25519');
  const theirs = (signed: string) => sign(null, Buffer.from(signed), mine.privateKey);
  const publicX = () => fixture.auth.keys.published()[0]?.x as string;
  const verifyStatus = async (token: string) => (await fixture.send('GET', '/verify', undefined, bearer(token))).status;

  test('one of ours, made the same way, is accepted: what follows fails for its own reason', async () => {
    await newUser();
    expect(await verifyStatus(forge(header(), claims(), ours))).toBe(200);
  });

  test.each<[string, () => string]>([
    ['alg none', () => `${part(header({ alg: 'none' }))}.${part(claims())}.`],
    ['alg none in other letters, with a signature', () => forge(header({ alg: 'nOnE' }), claims(), ours)],
    [
      'HS256 keyed with the public key',
      () =>
        forge(header({ alg: 'HS256' }), claims(), (signed) => createHmac('sha256', publicX()).update(signed).digest()),
    ],
    [
      'HS256 keyed with the bytes of the public key',
      () =>
        forge(header({ alg: 'HS256' }), claims(), (signed) =>
          createHmac('sha256', Buffer.from(publicX(), 'base64url')).update(signed).digest(),
        ),
    ],
    ['another key under our kid', () => forge(header(), claims(), theirs)],
    ['an unknown kid', () => forge(header({ kid: 'unknown' }), claims(), theirs)],
    ['a kid that climbs', () => forge(header({ kid: '../../../../etc/passwd' }), claims(), theirs)],
    ['a kid that is an object', () => forge(header({ kid: { toString: 'x' } }), claims(), theirs)],
    ['no kid', () => forge(header({ kid: undefined }), claims(), ours)],
    [
      'its own key in the header',
      () => forge(header({ jwk: mine.publicKey.export({ format: 'jwk' }) }), claims(), theirs),
    ],
    ['a jku of its own', () => forge(header({ jku: 'https://evil.example/jwks.json', kid: 'evil' }), claims(), theirs)],
    ['an x5u of its own', () => forge(header({ x5u: 'https://evil.example/cert' }), claims(), theirs)],
    ['a critical extension nobody knows', () => forge(header({ crit: ['exp'] }), claims(), ours)],
    ['typ JWT', () => forge(header({ typ: 'JWT' }), claims(), ours)],
    ['expired', () => forge(header(), claims({ exp: Math.floor(fixture.clock.ms / 1000) }), ours)],
    ['without an end', () => forge(header(), claims({ exp: undefined }), ours)],
    ['an end that is text', () => forge(header(), claims({ exp: '99999999999' }), ours)],
    ['not valid yet', () => forge(header(), claims({ nbf: Math.floor(fixture.clock.ms / 1000) + 3600 }), ours)],
    ['for another audience', () => forge(header(), claims({ aud: 'other' }), ours)],
    ['from another issuer', () => forge(header(), claims({ iss: 'https://evil.example' }), ours)],
    ['a role that does not exist', () => forge(header(), claims({ role: 'root' }), ours)],
    ['sub 0', () => forge(header(), claims({ sub: '0' }), ours)],
    [
      'claims changed after signing',
      () => forge(header(), claims(), ours).replace(/\.[^.]+\./, `.${part(claims({ sub: '2' }))}.`),
    ],
    ['a signature cut short', () => forge(header(), claims(), ours).slice(0, -2)],
    ['an empty one', () => '.'],
  ])('%s: 401', async (_, make) => expect(await verifyStatus(make())).toBe(401));

  test('an access token is no refresh token, and a refresh token no access token', async () => {
    const username = await newUser();
    const response = await fixture.send('POST', '/api/login', { username, password, refresh: 'body' });
    const { token, refresh_token } = (await response.json()) as { token: string; refresh_token: string };
    expect((await fixture.send('POST', '/api/token/refresh', { refresh_token: token.slice(0, 200) })).status).toBe(401);
    expect(await verifyStatus(refresh_token)).toBe(401);
  });

  test('one that outlived its account is 401 everywhere', async () => {
    const username = await newUser();
    const { token } = (await (await login(username)).json()) as { token: string };
    const removal = { current_password: password };
    await fixture.send('DELETE', '/api/me', removal, bearer(token));
    for (const [method, path, body] of [
      ['GET', '/verify', undefined],
      ['GET', '/api/me', undefined],
      ['DELETE', '/api/me', removal],
    ] as const)
      expect((await fixture.send(method, path, body, bearer(token))).status).toBe(401);
  });
});

describe('a stolen refresh token', () => {
  const refresh = (token: string, headers: Record<string, string> = {}) =>
    fixture.send('POST', '/api/token/refresh', undefined, { cookie: `refresh_token=${token}`, ...headers });

  test('used after its owner went on ends the log-in for both', async () => {
    const stolen = cookieOf(await login(await newUser())) as string;
    const owners = cookieOf(await refresh(stolen)) as string;
    fixture.clock.ms += 11_000;
    expect((await refresh(stolen)).status).toBe(401);
    expect((await refresh(owners)).status).toBe(401);
  });

  test('used before its owner is noticed when the owner comes', async () => {
    const owners = cookieOf(await login(await newUser())) as string;
    const thiefs = cookieOf(await refresh(owners)) as string;
    fixture.clock.ms += 11_000;
    expect((await refresh(owners)).status).toBe(401);
    expect((await refresh(thiefs)).status).toBe(401);
  });

  test('leaves other log-ins of the same user alone', async () => {
    const username = await newUser();
    const stolen = cookieOf(await login(username)) as string;
    const other = cookieOf(await login(username)) as string;
    await refresh(stolen);
    fixture.clock.ms += 11_000;
    await refresh(stolen);
    expect((await refresh(other)).status).toBe(200);
  });

  test.each<[string, Record<string, string>, number]>([
    ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a sibling subdomain', { 'sec-fetch-site': 'same-site' }, 403],
    [
      'another origin, in a browser without Sec-Fetch-Site',
      { origin: 'https://evil.example', host: 'blog.example' },
      403,
    ],
    ['an opaque origin', { origin: 'null', host: 'blog.example' }, 403],
    ['our page', { 'sec-fetch-site': 'same-origin' }, 200],
    ['our page, in a browser without Sec-Fetch-Site', { origin: 'https://blog.example', host: 'blog.example' }, 200],
    [
      'our page behind two gateways',
      { origin: 'https://blog.example', 'x-client-origin': 'https://blog.example', host: 'auth.internal' },
      200,
    ],
    [
      'another site that says where it asked',
      { origin: 'https://evil.example', 'x-client-origin': 'https://blog.example', 'x-forwarded-host': 'evil.example' },
      403,
    ],
    [
      'our page behind a proxy',
      { origin: 'https://blog.example', 'x-forwarded-host': 'blog.example', host: 'auth.internal' },
      200,
    ],
  ])('by way of the browser, sent by %s: %o answers %i', async (_, headers, status) => {
    const token = cookieOf(await login(await newUser())) as string;
    expect((await refresh(token, headers)).status).toBe(status);
  });

  test('is never taken from a form that another site may post', async () => {
    const headers = { 'content-type': 'text/plain' };
    const response = await fixture.app.request('/api/token/refresh', {
      method: 'POST',
      headers,
      body: '{"refresh_token":"x"}',
    });
    expect(response.status).toBe(415);
  });
});

describe('finding out who has an account', () => {
  test('by log-in: unknown name, wrong password and unclaimed account give the same answer for the same work', async () => {
    const known = await newUser();
    await fixture.auth.store.register({ username: 'unclaimed' });
    const attempts: { status: number; body: unknown; headers: string[]; derived: number }[] = [];
    for (const username of [known, 'unknown-name', 'unclaimed', 'not a name!']) {
      const before = fixture.derived.count;
      const response = await login(username, 'a wrong password');
      const { trace_id: _, ...body } = (await response.json()) as Record<string, unknown>;
      attempts.push({
        status: response.status,
        body,
        headers: [...response.headers.keys()],
        derived: fixture.derived.count - before,
      });
    }
    expect(attempts[0]).toMatchObject({ status: 401, derived: 1 });
    for (const other of attempts) expect(other).toEqual(attempts[0]);
  });

  test('by e-mail address: registering with a used one is like any other', async () => {
    await register('first-owner', { email: 'shared@example.org' });
    const response = await register('second-owner', { email: 'shared@example.org' });
    expect(response.status).toBe(201);
  });

  test('addresses and hashes are in no answer to others, no event and no log', async () => {
    const logged: string[] = [];
    const note = (fields: object, message: string) => void logged.push(JSON.stringify({ ...fields, message }));
    const loud = authFixture(sql, { log: { debug: note, info: note, warn: note, error: note, enabled: () => true } });
    const email = 'very.private@example.org';
    await loud.send('POST', '/api/register', { username: 'private-person', email, password });
    const held = cookieOf(await loud.send('POST', '/api/login', { username: 'private-person', password })) as string;
    const reuse = () => loud.send('POST', '/api/token/refresh', undefined, { cookie: `refresh_token=${held}` });
    await reuse();
    loud.clock.ms += 11_000;
    await reuse();
    const shown = await (await loud.send('GET', '/api/users/private-person')).text();
    const events = JSON.stringify(await sql`SELECT * FROM outbox`);
    expect(logged).toHaveLength(3);
    for (const text of [shown, events, ...logged]) {
      expect(text).not.toContain('private@');
      expect(text).not.toContain('argon2');
      expect(text).not.toContain(held);
    }
  });
});

describe('guessing passwords', () => {
  const from = (address: string) => ({ 'x-client-address': address });
  /** An address of documentation (RFC 5737, RFC 2544) for each number. */
  const stranger = (n: number) => from(`198.18.${n >> 8}.${n & 255}`);

  test('is stopped after five a minute for a name from one address, whatever is claimed and however the name is written', async () => {
    const username = await newUser();
    const statuses: number[] = [];
    for (let i = 0; i < 8; i++) {
      const variant = i % 2 ? username.toUpperCase() : ` ${username} `;
      statuses.push(
        (
          await login(variant, 'a wrong guess', {
            'x-forwarded-for': `10.0.0.${i}`,
            forwarded: `for=10.0.0.${i}`,
            'x-real-ip': `10.0.0.${i}`,
          })
        ).status,
      );
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
  });

  test('the right password is refused too when the limit is reached, with Retry-After, and without hashing', async () => {
    const username = await newUser();
    for (let i = 0; i < 5; i++) await login(username, 'a wrong guess');
    const before = fixture.derived.count;
    const rejected = await login(username);
    expect(rejected.status).toBe(429);
    expect(Number(rejected.headers.get('retry-after'))).toBe(60);
    expect(fixture.derived.count).toBe(before);
  });

  test('the window slides: one more is allowed when the oldest is a minute old', async () => {
    const username = await newUser();
    for (let i = 0; i < 5; i++) {
      await login(username, 'a wrong guess');
      fixture.clock.ms += 10_000;
    }
    fixture.clock.ms += 9_999;
    expect((await login(username)).status).toBe(429);
    fixture.clock.ms += 1;
    expect((await login(username)).status).toBe(200);
    expect((await login(username)).status).toBe(429);
  });

  test('by a stranger does not lock out the owner, who comes from elsewhere', async () => {
    const username = await newUser();
    for (let i = 0; i < 20; i++) await login(username, 'a wrong guess', from('198.51.100.1'));
    expect((await login(username, password, from('203.0.113.1'))).status).toBe(200);
    expect((await login(username, password, from('198.51.100.1'))).status).toBe(429);
  });

  test('from addresses of one IPv6 network counts as one', async () => {
    const username = await newUser();
    const statuses: number[] = [];
    for (let i = 1; i <= 7; i++)
      statuses.push((await login(username, 'a wrong guess', from(`2001:db8:1:2:${i}::${i}`))).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    expect((await login(username, 'a wrong guess', from('2001:db8:1:3::1'))).status).toBe(401);
  });

  test('by many strangers is slowed down after fewer than a hundred in a row, longer each time, and its owner is not', async () => {
    const username = await newUser();
    const owner = from('203.0.113.9');
    expect((await login(username, password, owner)).status).toBe(200);
    let n = 0;
    const guess = () => login(username, 'a wrong guess', stranger(n++));
    let refused = await guess();
    while (refused.status === 401 && n < 150) refused = await guess();
    expect([refused.status, n]).toEqual([429, 81]);
    const waits: number[] = [];
    for (let round = 0; round < 14; round++) {
      const wait = Number((await guess()).headers.get('retry-after'));
      waits.push(wait);
      fixture.clock.ms += wait * 1000 - 1;
      expect((await guess()).status).toBe(429);
      fixture.clock.ms += 1;
      expect((await guess()).status).toBe(401);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]);
    expect((await login(username, password, owner)).status).toBe(200);
    expect((await guess()).status).toBe(429);
    fixture.clock.ms += 86_400_000;
    expect((await guess()).status).toBe(401);
  });

  test('by as many at once as there are is not allowed more often', async () => {
    const username = await newUser();
    const statuses = await Promise.all(
      Array.from({ length: 120 }, async (_, n) => (await login(username, 'a wrong guess', stranger(n))).status),
    );
    // Of the others some were too many to be hashed at once (503).
    expect(statuses.filter((status) => status === 429)).toHaveLength(40);
  });

  test('from where the owner has logged in is slowed down sooner', async () => {
    const username = await newUser();
    const owner = from('203.0.113.10');
    await login(username, password, owner);
    const statuses: number[] = [];
    for (let i = 0; i < 30; i++) {
      fixture.clock.ms += 60_000;
      statuses.push((await login(username, 'a wrong guess', owner)).status);
    }
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(401));
    expect(statuses).toContain(429);
    expect((await login(username, 'a wrong guess', stranger(1))).status).toBe(401);
  });

  test('of a name that nobody has is slowed down as well', async () => {
    const guess = (n: number) => login('nobody-at-all', 'a wrong guess', stranger(n));
    for (let n = 0; n < 80; n++) expect((await guess(n)).status).toBe(401);
    expect((await guess(80)).status).toBe(429);
  });

  test('is logged and measured, without the name that was typed, and a refusal once a minute', async () => {
    const logged: string[] = [];
    const note = (fields: object, message: string) => void logged.push(JSON.stringify({ ...fields, message }));
    const measured: string[] = [];
    const loud = authFixture(sql, { log: { debug: note, info: note, warn: note, error: note, enabled: () => true } });
    onMeasure(({ metric, attributes }) => void measured.push(`${metric.name} ${Object.values(attributes)}`));
    try {
      const username = await newUser();
      const guess = (name: string, n: number) =>
        loud.send('POST', '/api/login', { username: name, password: 'hunter2 hunter2' }, stranger(n));
      await guess('My Secret Password', 1);
      for (let n = 0; n < 7; n++) await guess(username, 1);
      for (let n = 0; n < 80; n++) await guess(username, 2 + n);
      const messages = logged.map((line) => (JSON.parse(line) as { message: string }).message);
      expect(messages.filter((message) => message === 'a wrong password was tried')).toHaveLength(1 + 5 + 75);
      expect(messages.filter((message) => message.startsWith('many wrong passwords in a row'))).toHaveLength(1);
      expect(messages.filter((message) => message.startsWith('a password was not looked at'))).toHaveLength(1 + 5);
      expect(logged[1]).toContain('"user_id":');
      expect(logged[1]).toContain('"network":"198.18.0.1"');
      for (const line of logged) expect(line).not.toMatch(/hunter2|Secret Password|victim-/i);
      expect(measured.filter((each) => each === 'dormouse.logins wrong')).toHaveLength(81);
      expect(measured.filter((each) => each === 'dormouse.logins limited')).toHaveLength(7);
      expect(measured.filter((each) => each.startsWith('dormouse.logins.slowdowns'))).toHaveLength(1);
      expect(measured.filter((each) => each === 'dormouse.rate_limit.refusals login-name')).toHaveLength(5);
    } finally {
      onMeasure(undefined);
    }
  });

  test('does not lock out anybody else', async () => {
    const [attacked, other] = [await newUser(), await newUser()];
    for (let i = 0; i < 6; i++) await login(attacked, 'a wrong guess');
    expect((await login(other)).status).toBe(200);
  });

  test('of many names from one address is stopped by the address', async () => {
    const narrow = authFixture(sql, { limits: { ...fixture.auth.limits, loginAddress: 3 } });
    const guess = (name: string, address: string) =>
      narrow.send('POST', '/api/login', { username: name, password }, { 'x-client-address': address });
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await guess(`guess-${i}`, '192.0.2.1')).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    expect((await guess('guess-9', '192.0.2.2')).status).toBe(401);
  });

  test('by strangers inside of the cluster, who make up an address each time, is stopped together', async () => {
    trustHeader('x-client-address', 'of the gateway');
    const limits = { ...fixture.auth.limits, loginAddress: 3 };
    const narrow = authFixture(sql, { limits, address: clientAddress });
    const guess = async (i: number, proof?: string) => {
      const headers = { 'x-client-address': `192.0.2.${i}`, ...(proof && { 'x-client-proof': proof }) };
      return (await narrow.send('POST', '/api/login', { username: `stranger-${i}`, password }, headers)).status;
    };
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push(await guess(i, i % 2 === 0 ? undefined : 'invented'));
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    expect(await guess(9, 'of the gateway')).toBe(401);
    trustHeader('x-client-address');
  });

  test('by way of changing the password counts as logging in', async () => {
    const username = await newUser();
    const { token } = (await (await login(username)).json()) as { token: string };
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++)
      statuses.push(
        (
          await fixture.send(
            'PATCH',
            '/api/me',
            { password: 'a second sentence', current_password: `guess ${i}` },
            bearer(token),
          )
        ).status,
      );
    expect(statuses).toEqual([422, 422, 422, 422, 429, 429]);
  });

  test('by way of deleting the account counts as logging in', async () => {
    const username = await newUser();
    const { token } = (await (await login(username)).json()) as { token: string };
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) {
      const body = { current_password: `guess ${i}` };
      statuses.push((await fixture.send('DELETE', '/api/me', body, bearer(token))).status);
    }
    expect(statuses).toEqual([422, 422, 422, 422, 429, 429]);
  });

  test('is counted by all instances together, in the database', async () => {
    const username = await newUser();
    const instances = [1, 2, 3].map(() =>
      authFixture(sql, { limiter: openLimiter({ sql: () => sql }), now: Date.now }),
    );
    const attempts = Array.from({ length: 12 }, (_, i) =>
      instances[i % 3]?.send('POST', '/api/login', { username, password: 'a wrong guess' }),
    );
    const statuses = (await Promise.all(attempts)).map((response) => response?.status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(7);
  });

  test('registering many accounts from one address is stopped, before hashing', async () => {
    const narrow = authFixture(sql, { limits: { ...fixture.auth.limits, registerAddress: 2 } });
    const make = (username: string) =>
      narrow.send(
        'POST',
        '/api/register',
        { username, email: 'x@example.org', password },
        { 'x-client-address': '192.0.2.7' },
      );
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await make(`sock-puppet-${i}`)).status);
    expect(statuses).toEqual([201, 201, 429, 429]);
    expect(narrow.derived.count).toBe(2);
  });
});

describe('taking more than is given', () => {
  test.each([
    ['role', { role: 'admin' }],
    ['id', { id: 1 }],
    ['password_hash', { password_hash: 'x' }],
    ['created_at', { created_at: '2000-01-01' }],
    ['scope', { scope: 'import' }],
  ])('registering with %s is 422 by its name', async (field, change) => {
    const response = await register(`greedy-${++count}`, change);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ field, message: 'is not a known field' }] });
  });

  test('changing an own role, name or address is 422', async () => {
    const username = await newUser();
    const { token } = (await (await login(username)).json()) as { token: string };
    for (const change of [{ role: 'admin' }, { username: 'other' }, { id: 1 }])
      expect((await fixture.send('PATCH', '/api/me', change, bearer(token))).status).toBe(422);
    expect((await fixture.auth.store.find(username))?.role).toBe('author');
  });

  test.each([
    [
      'a duplicate key',
      '{"username":"twice-1","username":"twice-2","email":"a@example.org","password":"a long enough sentence"}',
      400,
    ],
    [
      '__proto__',
      '{"username":"proto-1","email":"a@example.org","password":"a long enough sentence","__proto__":{"role":"admin"}}',
      400,
    ],
    ['no JSON', '{', 400],
    ['an array', '[]', 422],
    ['nested objects for text', '{"username":{"$ne":""},"email":"a@example.org","password":{"$ne":""}}', 422],
  ])('registering with %s is refused', async (_, body, status) =>
    expect((await fixture.send('POST', '/api/register', body)).status).toBe(status),
  );

  test('a display name that turns text around is refused', async () => {
    expect((await register(`turned-${++count}`, { display_name: 'nimda\u202e' })).status).toBe(422);
  });

  test('SQL in a name stays text', async () => {
    expect((await login("x' OR '1'='1", "x' OR '1'='1")).status).toBe(401);
    expect((await fixture.send('GET', `/api/users/${encodeURIComponent("x'; DROP TABLE users; --")}`)).status).toBe(
      404,
    );
  });
});

describe('without its database', () => {
  test('nothing says "wrong password": everything that needs it is 503, and the keys are still served', async () => {
    const nowhere = postgres('postgres://auth:x@127.0.0.1:9/x', { max: 1, connect_timeout: 1, backoff: false });
    const broken = authFixture(sql, { store: createStore(nowhere, outbox({ sql: nowhere, source: '/auth' })) });
    const token = await broken.sign({});
    const requests: [string, string, unknown?][] = [
      ['POST', '/api/login', { username: 'somebody', password }],
      ['POST', '/api/register', { username: 'somebody', email: 'a@example.org', password }],
      ['POST', '/api/token/refresh', { refresh_token: `${randomUUID()}.${'a'.repeat(43)}` }],
      ['GET', '/api/users/somebody'],
      ['GET', '/api/me'],
      ['GET', '/verify'],
      ['DELETE', '/api/me', { current_password: password }],
    ];
    for (const [method, path, body] of requests) {
      const response = await broken.send(method, path, body, bearer(token));
      expect([path, response.status, response.headers.has('retry-after')]).toEqual([path, 503, true]);
    }
    expect((await broken.send('GET', '/.well-known/jwks.json')).status).toBe(200);
    await nowhere.end({ timeout: 1 });
  });

  test('a count that cannot be reached does not open the gate', async () => {
    const closed = authFixture(sql, {
      limiter: { take: async () => Promise.reject(new AppError('unavailable', 'Requests cannot be counted now.')) },
    });
    expect((await closed.send('POST', '/api/login', { username: 'somebody', password })).status).toBe(503);
    expect(closed.derived.count).toBe(0);
  });
});

test('more log-ins than can be hashed are turned away at once with Retry-After', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const derive = async (_password: string, _salt: Uint8Array, _cost: unknown, length: number) =>
    promise.then(() => new Uint8Array(length));
  const busy = authFixture(sql, { passwords: passwords({ derive, concurrency: 2, queue: 4 }) });
  const early: Response[] = [];
  const rejected = Promise.withResolvers<void>();
  const outcomes = Array.from({ length: 20 }, async (_, i) => {
    const response = await busy.send('POST', '/api/login', { username: `crowd-${i}`, password });
    if (early.push(response) === 14) rejected.resolve();
    return response;
  });
  // Nothing is hashed before this has come: only those turned away can have been answered.
  await rejected.promise;
  for (const response of early) expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  resolve();
  const statuses = (await Promise.all(outcomes)).map((response) => response.status);
  expect(statuses.filter((status) => status === 401)).toHaveLength(6);
});
