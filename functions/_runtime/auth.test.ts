import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { newApp } from './app.ts';
import { authenticate, required, tokens } from './auth.ts';

const now = 1_800_000_000_000;
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now }));
afterEach(() => void vi.useRealTimers());

const pair = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ed25519');
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = async (key: KeyObject, kid: string, more: object = {}) => ({
  ...(await exportJWK(key)),
  kid,
  use: 'sig',
  ...more,
});
const claims = {
  iss: 'https://dormouse.dev',
  aud: 'dormouse',
  sub: '42',
  name: 'ann',
  role: 'author',
  scope: 'import x',
  jti: 'j1',
  exp: now / 1000 + 900,
};

const token = (over: object = {}, head: object = {}, key: KeyObject = pair.privateKey) =>
  new SignJWT({ ...claims, ...over } as never)
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: 'k1', ...head } as never)
    .sign(key);
/** Signs what jose refuses to write. */
const raw = (head: object, body: object = claims, signature = (data: Buffer) => sign(null, data, pair.privateKey)) => {
  const data = [head, body].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${data}.${signature(Buffer.from(data)).toString('base64url')}`;
};

interface Published {
  keys: object[];
  revoked?: { sessions: string[]; roles: { id: number; role: string }[] };
}

async function verifier(keys?: object[]) {
  const published: Published = { keys: keys ?? [await jwk(pair.publicKey, 'k1'), await jwk(ec.publicKey, 'k2')] };
  let answer = () => {};
  const state = { reads: 0, away: false, silent: false, published, answer: () => answer() };
  const { verify } = tokens({
    keys: 'http://auth/jwks.json',
    issuer: 'https://dormouse.dev',
    audience: 'dormouse',
    async fetch() {
      state.reads++;
      if (state.silent) await new Promise<void>((resolve) => (answer = resolve));
      if (state.away) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      return Response.json(state.published);
    },
  });
  return { verify, state };
}
const unauthorized = { code: 'unauthorized' };

test('a good token is its caller, with EdDSA and with ES256', async () => {
  const { verify } = await verifier();
  const good = await token();
  expect(await verify(good)).toEqual({
    id: 42,
    name: 'ann',
    role: 'author',
    scopes: ['import', 'x'],
    jti: 'j1',
    exp: claims.exp,
    token: good,
  });
  expect(await verify(await token({}, { alg: 'ES256', kid: 'k2' }, ec.privateKey))).toMatchObject({ id: 42 });
});

describe('is refused', () => {
  test.each([
    ['expired', { exp: now / 1000 }],
    ['without expiry', { exp: undefined }],
    ['of a session that ends later than any of ours', { sid: 's1', exp: now / 1000 + 961 }],
    ['that ends later than a program’s', { exp: now / 1000 + 3661 }],
    ['that never ends', { exp: 9_999_999_999 }],
    ['not yet good', { nbf: now / 1000 + 60 }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['for another audience', { aud: 'other' }],
    ['of nobody', { sub: undefined }],
    ['with a subject that is no id', { sub: '4 2' }],
    ['with a role that is none', { role: 'root' }],
    ['without jti', { jti: undefined }],
  ])('a token %s', async (_, over) => {
    await expect((await verifier()).verify(await token(over))).rejects.toMatchObject(unauthorized);
  });

  test.each([
    ['alg none', () => raw({ alg: 'none', typ: 'at+jwt', kid: 'k1' }, claims, () => Buffer.alloc(0))],
    ['alg none with a signature', () => raw({ alg: 'none', typ: 'at+jwt', kid: 'k1' })],
    [
      'HMAC with the public key',
      () =>
        raw({ alg: 'HS256', typ: 'at+jwt', kid: 'k1' }, claims, (data) =>
          createHmac('sha256', pair.publicKey.export({ type: 'spki', format: 'pem' }))
            .update(data)
            .digest(),
        ),
    ],
    ['the algorithm of another key', () => raw({ alg: 'EdDSA', typ: 'at+jwt', kid: 'k2' })],
    ['an id token', () => raw({ alg: 'EdDSA', typ: 'JWT', kid: 'k1' })],
    ['no type', () => raw({ alg: 'EdDSA', kid: 'k1' })],
    ['the type of a limited one that is not limited', () => raw({ alg: 'EdDSA', typ: 'pat+jwt', kid: 'k1' })],
    [
      'limits and the type of one without',
      () => raw({ alg: 'EdDSA', typ: 'at+jwt', kid: 'k1' }, { ...claims, limited: true }),
    ],
    [
      'limits that are false and the type of one without',
      () => raw({ alg: 'EdDSA', typ: 'at+jwt', kid: 'k1' }, { ...claims, limited: false }),
    ],
    ['no key id', () => raw({ alg: 'EdDSA', typ: 'at+jwt' })],
    ['a key id that is a path', () => raw({ alg: 'EdDSA', typ: 'at+jwt', kid: '../../dev/null' })],
    ['critical extensions', () => raw({ alg: 'EdDSA', typ: 'at+jwt', kid: 'k1', crit: ['exp'] })],
    [
      'a key of its own',
      () =>
        raw(
          {
            alg: 'EdDSA',
            typ: 'at+jwt',
            kid: 'mine',
            jwk: other.publicKey.export({ format: 'jwk' }),
            jku: 'http://evil',
          },
          claims,
          (data) => sign(null, data, other.privateKey),
        ),
    ],
    [
      'another key’s signature',
      () => raw({ alg: 'EdDSA', typ: 'at+jwt', kid: 'k1' }, claims, (data) => sign(null, data, other.privateKey)),
    ],
    ['two parts', () => raw({ alg: 'EdDSA', typ: 'at+jwt', kid: 'k1' }).split('.').slice(0, 2).join('.')],
    ['a padded part', () => `${raw({ alg: 'EdDSA', typ: 'at+jwt', kid: 'k1' })}=`],
    ['5 kB', () => raw({ alg: 'EdDSA', typ: 'at+jwt', kid: 'k1' }, { ...claims, more: 'x'.repeat(5000) })],
  ])('a token with %s', async (_, make) => {
    await expect((await verifier()).verify(make())).rejects.toMatchObject(unauthorized);
  });

  test('a good token whose last character was changed to one of the same bits', async () => {
    const { verify } = await verifier();
    const good = await token();
    const last = good.at(-1) as string;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const twin = good.slice(0, -1) + alphabet[alphabet.indexOf(last) ^ 1];
    await verify(good);
    await expect(verify(twin)).rejects.toMatchObject(unauthorized);
  });

  test('a remembered token, once it has expired', async () => {
    const { verify } = await verifier();
    const good = await token();
    await verify(good);
    vi.setSystemTime(claims.exp * 1000);
    await expect(verify(good)).rejects.toMatchObject(unauthorized);
  });
});

describe('what the issuer revoked', () => {
  const told = async (revoked: Published['revoked'], over: object, already = true) => {
    const { verify, state } = await verifier();
    const good = await token(over);
    if (already) await verify(good);
    if (revoked) state.published.revoked = revoked;
    vi.advanceTimersByTime(4500);
    return { verify: () => verify(good), state };
  };
  const nothing = { sessions: [], roles: [] };

  test.each([true, false])('a session takes its tokens with it within five seconds, seen before: %s', async (seen) => {
    const { verify } = await told({ ...nothing, sessions: ['s0', 's1'] }, { sid: 's1' }, seen);
    await expect(verify()).rejects.toMatchObject(unauthorized);
  });

  test('leaves other sessions, and tokens without one, alone', async () => {
    const revoked = { ...nothing, sessions: ['s1'] };
    expect(await (await told(revoked, { sid: 's2' })).verify()).toMatchObject({ session: 's2' });
    expect(await (await told(revoked, {})).verify()).toMatchObject({ id: 42 });
  });

  test('a role that was changed is the caller’s within five seconds; only administrators keep scopes', async () => {
    const roleOf = async (role: string, over: object = {}) =>
      await (await told({ ...nothing, roles: [{ id: 42, role }] }, { role: 'admin', ...over })).verify();
    expect(await roleOf('author')).toMatchObject({ role: 'author', scopes: [] });
    expect(await roleOf('admin', { role: 'editor' })).toMatchObject({ role: 'admin', scopes: ['import', 'x'] });
    expect(await roleOf('author', { sub: '43' })).toMatchObject({ role: 'admin', scopes: ['import', 'x'] });
  });

  test('stays so while the issuer cannot tell, and ends when it says something else', async () => {
    const { verify, state } = await told({ ...nothing, sessions: ['s1'] }, { sid: 's1' });
    await expect(verify()).rejects.toMatchObject(unauthorized);
    delete state.published.revoked;
    vi.advanceTimersByTime(4500);
    await expect(verify()).rejects.toMatchObject(unauthorized);
    state.published.revoked = nothing;
    vi.advanceTimersByTime(4500);
    expect(await verify()).toMatchObject({ session: 's1' });
  });
});

describe('keys', () => {
  test('are read once for many tokens', async () => {
    const { verify, state } = await verifier();
    const many = await Promise.all(Array.from({ length: 20 }, (_, i) => token({ jti: `j${i}` })));
    await Promise.all(many.map((each) => verify(each)));
    expect(state.reads).toBe(1);
  });

  test('a rotated key is found; made-up key ids cause one read a second, not one each', async () => {
    const { verify, state } = await verifier();
    await verify(await token());
    vi.advanceTimersByTime(11_000);
    state.published.keys.push(await jwk(other.publicKey, 'k3'));
    expect(await verify(await token({ jti: 'new' }, { kid: 'k3' }, other.privateKey))).toMatchObject({ id: 42 });
    for (let i = 0; i < 20; i++)
      await expect(verify(await token({ jti: `x${i}` }, { kid: `made-up-${i}` }))).rejects.toMatchObject(unauthorized);
    expect(state.reads).toBe(2);
    vi.advanceTimersByTime(1000);
    await expect(verify(await token({}, { kid: 'made-up' }))).rejects.toMatchObject(unauthorized);
    expect(state.reads).toBe(3);
  });

  test('that cannot be read are 503, not 401; those that were read are still good', async () => {
    const { verify, state } = await verifier();
    state.away = true;
    await expect(verify(await token())).rejects.toMatchObject({ code: 'unavailable' });
    state.away = false;
    expect(await verify(await token())).toMatchObject({ id: 42 });
    state.away = true;
    vi.advanceTimersByTime(700_000);
    expect(await verify(await token({ jti: 'later' }))).toMatchObject({ id: 42 });
  });

  test('that were dropped take their tokens with them, remembered ones too, within five seconds', async () => {
    const { verify, state } = await verifier();
    const good = await token();
    await verify(good);
    state.published.keys.shift();
    vi.advanceTimersByTime(4500);
    const fresh = await token({ jti: 'new' });
    const outcomes = await Promise.allSettled([verify(good), verify(good), verify(fresh)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(state.reads).toBe(2);
  });

  test('of an issuer that is away hold for 15 minutes, and nobody waits for it twice in ten seconds', async () => {
    const { verify, state } = await verifier();
    const good = await token({ exp: now / 1000 + 3600 });
    await verify(good);
    state.away = true;
    vi.advanceTimersByTime(4000);
    expect(await verify(good)).toMatchObject({ id: 42 });
    expect(state.reads).toBe(2);
    state.silent = true;
    for (let i = 0; i < 5; i++) {
      vi.advanceTimersByTime(2000);
      if (i < 4) expect(await verify(good)).toMatchObject({ id: 42 });
    }
    expect(state.reads).toBe(3);
    state.silent = false;
    state.answer();
    vi.advanceTimersByTime(870_000);
    expect(await verify(good)).toMatchObject({ id: 42 });
    vi.advanceTimersByTime(20_000);
    await expect(verify(good)).rejects.toMatchObject({ code: 'unavailable' });
    state.away = false;
    expect(await verify(good)).toMatchObject({ id: 42 });
  });

  test('are read beside the request, not before it, while they were read four seconds ago or less', async () => {
    const { verify, state } = await verifier();
    const good = await token();
    await verify(good);
    state.silent = true;
    vi.advanceTimersByTime(2000);
    expect(await verify(good)).toMatchObject({ id: 42 });
    expect(await verify(good)).toMatchObject({ id: 42 });
    expect(state.reads).toBe(2);
    state.answer();
  });

  test('that are none are 503 at first, and change nothing later', async () => {
    const { verify, state } = await verifier();
    const keys = state.published.keys;
    state.published.keys = 'none' as never;
    await expect(verify(await token())).rejects.toMatchObject({ code: 'unavailable' });
    state.published.keys = keys;
    await verify(await token());
    state.published.keys = 'none' as never;
    vi.advanceTimersByTime(5000);
    expect(await verify(await token())).toMatchObject({ id: 42 });
  });

  test('of which two have the same id are the issuer’s mistake: 503', async () => {
    const { verify } = await verifier([await jwk(pair.publicKey, 'k1'), await jwk(other.publicKey, 'k1')]);
    await expect(verify(await token())).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('that are at hand are asked each time: a token ends with its key at once', async () => {
    const published = [await jwk(pair.publicKey, 'k1')];
    const { verify } = tokens({ keys: () => published, issuer: claims.iss, audience: claims.aud });
    const good = await token();
    expect(await verify(good)).toMatchObject({ id: 42 });
    published.splice(0, 1, await jwk(other.publicKey, 'k2'));
    await expect(verify(good)).rejects.toMatchObject(unauthorized);
    expect(await verify(await token({}, { kid: 'k2' }, other.privateKey))).toMatchObject({ id: 42 });
  });

  test('for encryption, or with private parts of another algorithm, are not used', async () => {
    const { verify } = await verifier([await jwk(pair.publicKey, 'k1', { use: 'enc' })]);
    await expect(verify(await token())).rejects.toMatchObject(unauthorized);
  });
});

describe('a personal access token', () => {
  const personal = `dormouse_pat_${'p'.repeat(43)}`;
  const limitedToken = (over = {}) =>
    token(
      { sid: 'pat-1', limited: true, scope: 'posts:read import x', exp: now / 1000 + 900, ...over },
      { typ: 'pat+jwt' },
    );
  async function exchanging(exchange: (token: string) => Promise<string | undefined>) {
    const asked: string[] = [];
    const clock = { ms: now };
    const published: Published = { keys: [await jwk(pair.publicKey, 'k1')], revoked: { sessions: [], roles: [] } };
    const { verify } = tokens({
      keys: 'http://auth/jwks.json',
      issuer: claims.iss,
      audience: claims.aud,
      fetch: async () => Response.json(published),
      exchange(token) {
        asked.push(token);
        return exchange(token);
      },
      now: () => clock.ms,
    });
    return { verify, asked, clock, revoked: published.revoked! };
  }

  test('is exchanged once, and then remembered as who it speaks for, limited to scopes that such tokens have', async () => {
    const { verify, asked } = await exchanging(() => limitedToken());
    const callers = await Promise.all([verify(personal), verify(personal)]);
    expect(callers[0]).toMatchObject({ id: 42, limited: true, scopes: ['posts:read'], session: 'pat-1' });
    await verify(personal);
    expect(asked).toEqual([personal]);
  });

  test('is exchanged again when what stands for it has expired', async () => {
    const { verify, asked, clock } = await exchanging(() => limitedToken({ exp: clock.ms / 1000 + 900 }));
    await verify(personal);
    clock.ms += 900_000;
    expect(await verify(personal)).toMatchObject({ id: 42 });
    expect(asked).toHaveLength(2);
  });

  test('ends with its number in the list of what ended', async () => {
    let good = true;
    const { verify, clock, revoked } = await exchanging(async () => (good ? limitedToken() : undefined));
    await verify(personal);
    good = false;
    revoked.sessions.push('pat-1');
    clock.ms += 5000;
    await expect(verify(personal)).rejects.toMatchObject(unauthorized);
  });

  test('that is refused is not asked for again at once', async () => {
    const { verify, asked, clock } = await exchanging(async () => undefined);
    for (let i = 0; i < 5; i++) await expect(verify(personal)).rejects.toMatchObject(unauthorized);
    expect(asked).toHaveLength(1);
    clock.ms += 5000;
    await expect(verify(personal)).rejects.toMatchObject(unauthorized);
    expect(asked).toHaveLength(2);
  });

  test('that is one of many invented in one network is 429 after thirty in a minute, and good ones are not counted', async () => {
    const { verify, asked, clock } = await exchanging(async (shown) =>
      shown.includes('good') ? limitedToken() : undefined,
    );
    const made = (kind: string, n: number) => `dormouse_pat_${kind}${String(n).padStart(43 - kind.length, '0')}`;
    const [flood, other] = ['2001:db8::1', '2001:db8:0:1::1'];
    for (let n = 0; n < 40; n++) await verify(made('good', n), flood);
    asked.length = 0;
    const invented = await Promise.allSettled(
      Array.from({ length: 50 }, (_, n) => verify(made('bad', n), `2001:db8::${n + 1}`)),
    );
    const codes = invented.map((each) => each.status === 'rejected' && (each.reason as { code: string }).code);
    expect(codes.filter((code) => code === 'unauthorized')).toHaveLength(30);
    expect(codes.filter((code) => code === 'too_many_requests')).toHaveLength(20);
    expect(asked).toHaveLength(30);
    expect(await verify(made('good', 1), flood)).toMatchObject({ id: 42 });
    await expect(verify(made('good', 99), flood)).rejects.toMatchObject({
      code: 'too_many_requests',
      headers: { 'retry-after': '60' },
    });
    await expect(verify(made('bad', 99), other)).rejects.toMatchObject(unauthorized);
    clock.ms += 60_000;
    expect(await verify(made('good', 99), flood)).toMatchObject({ id: 42 });
  });

  test('is not lost while nothing exchanges it', async () => {
    let away = true;
    const { verify } = await exchanging(() => (away ? Promise.reject(new Error('away')) : limitedToken()));
    await expect(verify(personal)).rejects.toThrow('away');
    away = false;
    expect(await verify(personal)).toMatchObject({ id: 42 });
  });

  test('keeps its scopes when the role of its owner changes', async () => {
    const { verify, clock, revoked } = await exchanging(() => limitedToken());
    await verify(personal);
    revoked.roles.push({ id: 42, role: 'reader' });
    clock.ms += 5000;
    expect(await verify(personal)).toMatchObject({ role: 'reader', limited: true, scopes: ['posts:read'] });
  });

  test('is limited whatever the claim says', async () => {
    const { verify } = await verifier();
    for (const limited of [false, null, 'no', 0])
      expect(await verify(await token({ limited, jti: String(limited) }, { typ: 'pat+jwt' }))).toMatchObject({
        limited: true,
        scopes: [],
      });
  });
});

test('over HTTP: nobody without a header, the caller with a token, 401 and a challenge with a bad one', async () => {
  const { verify } = await verifier();
  const app = newApp()
    .use(authenticate({ verify }))
    .get('/me', (c) => c.json({ name: c.var.caller?.name ?? null }))
    .get('/mine', (c) => c.json({ id: required(c).id }));
  const get = (path: string, authorization?: string) =>
    app.request(path, authorization === undefined ? {} : { headers: { authorization } });
  expect(await (await get('/me')).json()).toEqual({ name: null });
  expect(await (await get('/me', `Bearer ${await token()}`)).json()).toEqual({ name: 'ann' });
  expect(await (await get('/mine', `bearer ${await token()}`)).json()).toEqual({ id: 42 });
  for (const bad of ['Bearer', 'Bearer x y', 'Basic YTpi', 'Bearer a.b.c'])
    expect((await get('/me', bad)).status).toBe(401);
  const response = await get('/mine');
  expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
});
