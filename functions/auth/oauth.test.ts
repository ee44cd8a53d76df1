import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from '@dormouse/runtime/http';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Secret, TOTP } from 'otpauth';
import { beforeAll, describe, expect, test } from 'vitest';
import { authFixture, bearer } from './app.fixture.ts';
import type { KnownProvider } from './dependencies.ts';
import { openProvider } from './provider.fixture.ts';

let db: TestDatabase;
let provider: Awaited<ReturnType<typeof openProvider>>;
let other: Awaited<ReturnType<typeof openProvider>>;
let fixture: ReturnType<typeof authFixture>;
const password = 'a long enough sentence';
const origin = 'http://blog.test';
let count = 0;
/** What the provider is asked, and may be answered in its place. */
let between: (url: string, answer: () => Promise<Response>) => Promise<Response> = (_, answer) => answer();

beforeAll(async () => {
  const callbacks = ['ours', 'other'].map((name) => `${origin}/api/oauth/${name}/callback`);
  [db, provider, other] = await Promise.all([testDatabase('auth'), openProvider(callbacks), openProvider(callbacks)]);
  const known = (name: string, { issuer }: { issuer: string }): KnownProvider => ({
    name,
    label: name.toUpperCase(),
    clientId: 'dormouse',
    secret: 'a secret of the client',
    issuer,
    type: 'openid',
    api: '',
    secretIn: 'post',
  });
  fixture = authFixture(db.as('auth'), {
    providers: [known('ours', provider), known('other', other)],
    requestProvider: (url, options) => between(url, () => request(url, options)),
    address: (c) => c.req.header('x-client-address') ?? `address-${++count}`,
  });
  return async () => {
    await Promise.all([provider.close(), other.close()]);
    await db.drop();
  };
});

/** A browser: it keeps the cookie of what it has begun. */
function newBrowser() {
  const cookies = new Map<string, string>();
  const get = async (url: string, headers: Record<string, string> = {}) => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const response = await fixture.app.request(url, { headers: { host: 'blog.test', cookie, ...headers } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  };
  return {
    get,
    /** The address of the provider's page. */
    begin: async (query = '', name = 'ours') =>
      (await get(`${origin}/api/oauth/${name}${query}`)).headers.get('location') ?? '',
    ticket: () => cookies.get('dormouse_sign_in') ?? '',
    hold: (value: string) => cookies.set('dormouse_sign_in', value),
  };
}
type Browser = ReturnType<typeof newBrowser>;

const subjectNow = () => `subject-${++count}`;
/** Goes to the provider, says who one is there, and comes back. */
async function comeBack(browser: Browser, subject: string, query = '') {
  return browser.get(await provider.logIn(await browser.begin(query), subject));
}
const post = (path: string, body: object, headers = {}) => fixture.send('POST', path, body, headers);
const register = (ticket: string, parts: object = {}) =>
  post('/api/oauth/registration', { ticket, username: `new-${++count}`, email: 'new@example.org', ...parts });
type Granted = { token: string; user: { id: number; username: string } };

async function registered() {
  const browser = newBrowser();
  const subject = subjectNow();
  await comeBack(browser, subject);
  const { token, user } = (await (await register(browser.ticket(), { refresh: 'body' })).json()) as Granted;
  return { subject, ...user, headers: bearer(token) };
}

async function withPassword() {
  const username = `known-${++count}`;
  await post('/api/register', { username, email: `${username}@example.org`, password });
  const { token, user } = (await (await post('/api/login', { username, password })).json()) as Granted;
  return { ...user, headers: bearer(token) };
}

async function linked() {
  const ada = await withPassword();
  const browser = newBrowser();
  const subject = subjectNow();
  await comeBack(browser, subject, '?link');
  const made = await post('/api/me/identities', { ticket: browser.ticket(), password }, ada.headers);
  return { ...ada, subject, identity: (await made.json()) as { id: string } };
}

const problemOf = async (response: Response) => [
  response.status,
  ((await response.json()) as { detail: string }).detail,
];
const again = [403, 'This log-in was begun elsewhere or long ago, or was finished already. Begin again.'];
const nothingProven = [403, 'What the provider answered proves nothing. Begin again.'];

describe('logging in at a provider', () => {
  test('begins with code, PKCE, state and nonce, and binds them to the browser', async () => {
    const response = await newBrowser().get(`${origin}/api/oauth/ours?next=/blog/mine`);
    const url = new URL(response.headers.get('location') ?? '');
    expect([response.status, url.origin]).toEqual([302, new URL(provider.issuer).origin]);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'dormouse',
      response_type: 'code',
      redirect_uri: `${origin}/api/oauth/ours/callback`,
      scope: 'openid profile email',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(response.headers.get('set-cookie')).toMatch(
      /^dormouse_sign_in=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const secure = await newBrowser().get(`${origin}/api/oauth/ours`, { 'x-client-origin': 'https://blog.test' });
    expect(secure.headers.get('set-cookie')).toMatch(/^__Host-dormouse_sign_in=.*; Secure; /);
  });

  test('makes an account of somebody new, and logs them in the next time', async () => {
    const [browser, subject] = [newBrowser(), subjectNow()];
    const response = await comeBack(browser, subject, '?next=/blog/mine');
    expect([response.status, response.headers.get('location')]).toEqual([302, '/blog/login/continue']);
    const said = await (await post('/api/oauth/lookup', { ticket: browser.ticket() })).json();
    expect(said).toEqual({
      provider: 'OURS',
      account: subject,
      known: false,
      linking: false,
      next: '/blog/mine',
      suggestion: { username: subject, display_name: `Name of ${subject}`, email: `${subject}@provider.test` },
    });
    expect((await post('/api/oauth/session', { ticket: browser.ticket() })).status).toBe(409);
    const made = await register(browser.ticket(), { username: subject, refresh: 'body' });
    expect([made.status, made.headers.get('location')]).toEqual([201, `/api/users/${subject}`]);
    const { token } = (await made.json()) as Granted;
    const me = await (await fixture.send('GET', '/api/me', undefined, bearer(token))).json();
    expect(me).toMatchObject({ username: subject, email: 'new@example.org', has_password: false });

    const later = newBrowser();
    await comeBack(later, subject);
    const logIn = await post('/api/oauth/session', { ticket: later.ticket() });
    expect([logIn.status, ((await logIn.json()) as Granted).user.username]).toEqual([200, subject]);
    expect(logIn.headers.get('set-cookie')).toMatch(/^refresh_token=/);
    const list = await (await fixture.send('GET', '/api/me/identities', undefined, bearer(token))).json();
    expect(list).toMatchObject([
      { provider: 'ours', provider_name: 'OURS', account: subject, used_at: expect.any(String) },
    ]);
    expect(await (await fixture.send('GET', '/api/me/export', undefined, bearer(token))).json()).toMatchObject({
      identities: list,
    });
  });

  test('never leads to an account that only has the same e-mail address or name', async () => {
    const subject = subjectNow();
    const email = `${subject}@provider.test`;
    await post('/api/register', { username: subject, email, password });
    const browser = newBrowser();
    await comeBack(browser, subject);
    expect(await (await post('/api/oauth/lookup', { ticket: browser.ticket() })).json()).toMatchObject({
      known: false,
    });
    expect((await post('/api/oauth/session', { ticket: browser.ticket() })).status).toBe(409);
    expect((await register(browser.ticket(), { username: subject, email })).status).toBe(409);
    expect((await register(browser.ticket(), { email })).status).toBe(201);
  });

  test('asks for the second factor where the account has one, and keeps what was proven meanwhile', async () => {
    const ada = await linked();
    const offer = await post('/api/me/totp', { password }, ada.headers);
    const { secret } = (await offer.json()) as { secret: string };
    const code = (steps: number) =>
      new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: fixture.clock.ms + steps * 30_000 });
    await post('/api/me/totp/confirmation', { code: code(0) }, ada.headers);
    const browser = newBrowser();
    await comeBack(browser, ada.subject);
    const ticket = browser.ticket();
    const refused = await post('/api/oauth/session', { ticket });
    expect([refused.status, await refused.json()]).toMatchObject([401, { errors: [{ field: 'code' }] }]);
    expect((await post('/api/oauth/session', { ticket, code: '000000' })).status).toBe(401);
    expect((await post('/api/oauth/session', { ticket, code: code(1) })).status).toBe(200);
    expect((await post('/api/oauth/session', { ticket, code: code(1) })).status).toBe(404);
  });

  test('lets nobody in whose access has ended', async () => {
    const ada = await registered();
    await db.admin`UPDATE auth.users SET suspended_at = now() WHERE id = ${ada.id}`;
    const browser = newBrowser();
    await comeBack(browser, ada.subject);
    expect((await post('/api/oauth/session', { ticket: browser.ticket() })).status).toBe(403);
  });

  test('is begun by nobody else: a link or a frame elsewhere leads to the log-in page', async () => {
    for (const site of ['cross-site', 'same-site']) {
      const response = await newBrowser().get(`${origin}/api/oauth/ours`, { 'sec-fetch-site': site });
      expect([response.headers.get('location'), response.headers.get('set-cookie')]).toEqual(['/blog/login', null]);
    }
    const own = await newBrowser().get(`${origin}/api/oauth/ours`, { 'sec-fetch-site': 'same-origin' });
    expect(own.headers.get('location')).toContain(provider.issuer);
  });

  test('answers only POST where a page asks, although a provider could have the name', async () => {
    for (const path of ['/api/oauth/lookup', '/api/oauth/session', '/api/oauth/registration']) {
      const response = await fixture.send('GET', path);
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });

  test('is not there for a provider that is not configured', async () => {
    for (const path of ['/api/oauth/github', '/api/oauth/github/callback?code=a&state=b']) {
      const response = await fixture.send('GET', path);
      expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    }
  });
});

describe('an answer is refused', () => {
  test('that comes a second time, to the same browser or with what it held', async () => {
    const browser = newBrowser();
    const begun = await browser.begin();
    const held = browser.ticket();
    const answer = await provider.logIn(begun, subjectNow());
    expect((await browser.get(answer)).status).toBe(302);
    expect(await problemOf(await browser.get(answer))).toEqual(again);
    browser.hold(held);
    expect(await problemOf(await browser.get(answer))).toEqual(again);
  });

  test('in another browser than the one that began, with nothing begun or something else', async () => {
    const answer = await provider.logIn(await newBrowser().begin(), subjectNow());
    expect(await problemOf(await newBrowser().get(answer))).toEqual(again);
    const other = newBrowser();
    await other.begin();
    expect(await problemOf(await other.get(answer))).toEqual(nothingProven);
  });

  test('whose state is another or missing', async () => {
    for (const state of ['x'.repeat(43), undefined]) {
      const browser = newBrowser();
      const answer = new URL(await provider.logIn(await browser.begin(), subjectNow()));
      if (state) answer.searchParams.set('state', state);
      else answer.searchParams.delete('state');
      expect(await problemOf(await browser.get(answer.href))).toEqual(nothingProven);
    }
  });

  test('whose code was used before, in another log-in', async () => {
    const [first, second] = [newBrowser(), newBrowser()];
    const answer = new URL(await provider.logIn(await first.begin(), subjectNow()));
    await first.get(answer.href);
    const replayed = new URL(await provider.logIn(await second.begin(), subjectNow()));
    replayed.searchParams.set('code', answer.searchParams.get('code') ?? '');
    expect(await problemOf(await second.get(replayed.href))).toEqual(nothingProven);
  });

  test('whose code belongs to another log-in that is still open: PKCE', async () => {
    const [theirs, ours] = [newBrowser(), newBrowser()];
    const injected = new URL(await provider.logIn(await theirs.begin(), subjectNow()));
    const answer = new URL(await provider.logIn(await ours.begin(), subjectNow()));
    answer.searchParams.set('code', injected.searchParams.get('code') ?? '');
    expect(await problemOf(await ours.get(answer.href))).toEqual(nothingProven);
  });

  test('whose ID token has another nonce', async () => {
    const browser = newBrowser();
    const begun = new URL(await browser.begin());
    begun.searchParams.set('nonce', 'x'.repeat(43));
    expect(await problemOf(await browser.get(await provider.logIn(begun.href, subjectNow())))).toEqual(nothingProven);
  });

  test('of a provider without PKCE: the code was given to whoever asked', async () => {
    const browser = newBrowser();
    const begun = new URL(await browser.begin());
    begun.searchParams.delete('code_challenge');
    begun.searchParams.delete('code_challenge_method');
    expect(await problemOf(await browser.get(await provider.logIn(begun.href, subjectNow())))).toEqual(nothingProven);
  });

  test('of another issuer than the one that was asked (RFC 9207), also at the address of the other one', async () => {
    const browser = newBrowser();
    const answer = new URL(await provider.logIn(await browser.begin(), subjectNow()));
    expect(answer.searchParams.get('iss')).toBe(provider.issuer);
    answer.searchParams.set('iss', other.issuer);
    expect(await problemOf(await browser.get(answer.href))).toEqual(nothingProven);
    const mixed = newBrowser();
    const elsewhere = await provider.logIn(await mixed.begin(), subjectNow());
    expect(await problemOf(await mixed.get(elsewhere.replace('/ours/', '/other/')))).toEqual(again);
  });

  test('whose ID token was changed, or signed by somebody else', async () => {
    for (const change of [
      (token: string) => `${token.slice(0, -4)}AAAA`,
      (token: string) => {
        const [head, body = '', signature] = token.split('.');
        const claims = { ...JSON.parse(Buffer.from(body, 'base64url').toString()), sub: 'somebody-else' };
        return [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
      },
    ]) {
      const browser = newBrowser();
      const answer = await provider.logIn(await browser.begin(), subjectNow());
      between = async (url, ask) => {
        const response = await ask();
        if (!url.endsWith('/token')) return response;
        const body = (await response.json()) as { id_token: string };
        return Response.json({ ...body, id_token: change(body.id_token) });
      };
      const refused = await browser.get(answer);
      between = (_, ask) => ask();
      expect(await problemOf(refused)).toEqual(nothingProven);
    }
  });

  test('whose ID token is well signed, and of another issuer, for another client, too old or without our nonce', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    const key = { ...(await exportJWK(publicKey)), kid: 'forged', use: 'sig', alg: 'RS256' };
    const seconds = Math.floor(Date.now() / 1000);
    const answeredWith = async (change: object, forge = (token: string) => token) => {
      const { app } = authFixture(db.as('auth'), {
        providers: fixture.auth.providers,
        requestProvider: async (url, options) => {
          if (url.endsWith('/jwks')) return Response.json({ keys: [key] });
          const response = await request(url, options);
          if (!url.endsWith('/token')) return response;
          const body = (await response.json()) as { id_token: string };
          const claims = { ...decodeJwt(body.id_token), ...change };
          const signed = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'forged' }).sign(privateKey);
          return Response.json({ ...body, id_token: forge(signed) });
        },
      });
      const begun = await app.request(`${origin}/api/oauth/ours`, { headers: { host: 'blog.test' } });
      const cookie = (begun.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
      const answer = await provider.logIn(begun.headers.get('location') ?? '', subjectNow());
      return (await app.request(answer, { headers: { host: 'blog.test', cookie } })).status;
    };
    const unsigned = (token: string) => {
      const head = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
      return `${head}.${token.split('.')[1]}.`;
    };
    expect(await answeredWith({})).toBe(302);
    expect(await answeredWith({ iss: other.issuer })).toBe(403);
    expect(await answeredWith({ aud: 'another-client' })).toBe(403);
    expect(await answeredWith({ exp: seconds - 120, iat: seconds - 300 })).toBe(403);
    expect(await answeredWith({ nonce: undefined })).toBe(403);
    expect(await answeredWith({}, unsigned)).toBe(403);
  });

  test('of a provider whose description names another issuer', async () => {
    const { app } = authFixture(db.as('auth'), {
      providers: fixture.auth.providers,
      requestProvider: async (url, options) => {
        const said = (await (await request(url, options)).json()) as object;
        return Response.json({ ...said, issuer: other.issuer });
      },
    });
    expect((await app.request(`${origin}/api/oauth/ours`)).status).toBe(503);
  });

  test('after ten minutes, and so is what it proved', async () => {
    const late = newBrowser();
    const answer = await provider.logIn(await late.begin(), subjectNow());
    const early = newBrowser();
    await comeBack(early, subjectNow());
    fixture.clock.ms += 600_000;
    expect(await problemOf(await late.get(answer))).toEqual(again);
    expect((await register(early.ticket())).status).toBe(404);
    expect(
      await db.admin`SELECT 1 FROM auth.pending_sign_ins WHERE expires_at > ${new Date(fixture.clock.ms)}`,
    ).toEqual([]);
  });

  test('by which somebody says no, and a browser goes on to a page that says so', async () => {
    const browser = newBrowser();
    const begun = new URL(await browser.begin());
    const answer = `${begun.searchParams.get('redirect_uri')}?error=access_denied&state=${begun.searchParams.get('state')}&iss=${encodeURIComponent(provider.issuer)}`;
    const response = await browser.get(answer, { accept: 'text/html,*/*' });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/blog/login?provider=denied']);
    expect(browser.ticket()).toBe('');
  });
});

describe('a provider that does not answer', () => {
  test('is said to be down, before and after', async () => {
    const browser = newBrowser();
    const answer = await provider.logIn(await browser.begin(), subjectNow());
    between = async () => Promise.reject(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }));
    expect(await problemOf(await browser.get(answer))).toEqual([
      503,
      'The provider does not answer now. Try again later, or log in another way.',
    ]);
    between = async () => new Response('broken', { status: 502 });
    const late = await newBrowser().get(`${origin}/api/oauth/other`, { accept: 'text/html' });
    expect(late.headers.get('location')).toBe('/blog/login?provider=down');
    between = (_, ask) => ask();
    expect(await newBrowser().begin('', 'other')).toContain(other.issuer);
  });
});

describe('who may register', () => {
  const withRule = async (rule: string, parts: object = {}) => {
    const browser = newBrowser();
    await comeBack(browser, subjectNow());
    await db.admin`UPDATE auth.blog SET registration = ${rule}`;
    const made = await register(browser.ticket(), { refresh: 'body', ...parts });
    await db.admin`UPDATE auth.blog SET registration = NULL`;
    return { status: made.status, role: ((await made.json()) as { user?: { role: string } }).user?.role };
  };

  test('is what the settings say', async () => {
    expect(await withRule('nobody')).toEqual({ status: 403 });
    expect(await withRule('invitation')).toEqual({ status: 403 });
    expect(await withRule('readers')).toEqual({ status: 201, role: 'reader' });
    expect(await withRule('authors')).toEqual({ status: 201, role: 'author' });
  });

  test('is whoever has an invitation, once', async () => {
    const admin = await withPassword();
    await db.admin`UPDATE auth.users SET role = 'admin' WHERE id = ${admin.id}`;
    const invited = await post('/api/invitations', { role: 'editor' }, admin.headers);
    const { code: invitation } = (await invited.json()) as { code: string };
    expect(await withRule('invitation', { invitation })).toEqual({ status: 201, role: 'editor' });
    expect(await withRule('invitation', { invitation })).toEqual({ status: 404 });
    expect(await withRule('nobody', { invitation })).toEqual({ status: 403 });
  });

  test('is one person once: a proof makes one account, also at the same moment', async () => {
    const browser = newBrowser();
    await comeBack(browser, subjectNow());
    const made = await Promise.all([register(browser.ticket()), register(browser.ticket())]);
    expect(made.map(({ status }) => status).sort()).toEqual([201, 404]);
    const [first, second, subject] = [newBrowser(), newBrowser(), subjectNow()];
    await comeBack(first, subject);
    await comeBack(second, subject);
    expect((await register(first.ticket())).status).toBe(201);
    expect((await register(second.ticket())).status).toBe(409);
  });
});

describe('linking', () => {
  test('takes the password, and leads to the account from then on', async () => {
    const ada = await withPassword();
    const [browser, subject] = [newBrowser(), subjectNow()];
    const response = await comeBack(browser, subject, '?link');
    expect(response.headers.get('location')).toBe('/blog/account/link');
    const link = (parts: object) =>
      post('/api/me/identities', { ticket: browser.ticket(), ...parts }, ada.headers).then(({ status }) => status);
    expect(await link({})).toBe(422);
    expect(await link({ password: 'wrong' })).toBe(422);
    expect(await link({ password })).toBe(201);
    expect(await link({ password })).toBe(404);
    const later = newBrowser();
    await comeBack(later, subject);
    expect(await (await post('/api/oauth/session', { ticket: later.ticket() })).json()).toMatchObject({
      user: { id: ada.id },
    });
  });

  test('takes nothing away from another account', async () => {
    const [ada, bob] = [await linked(), await withPassword()];
    const browser = newBrowser();
    await comeBack(browser, ada.subject, '?link');
    expect((await post('/api/me/identities', { ticket: browser.ticket(), password }, bob.headers)).status).toBe(409);
  });

  test('needs a fresh log-in where there is no password', async () => {
    const ada = await registered();
    const link = async () => {
      const browser = newBrowser();
      await comeBack(browser, subjectNow(), '?link');
      return (await post('/api/me/identities', { ticket: browser.ticket() }, ada.headers)).status;
    };
    expect(await link()).toBe(201);
    fixture.clock.ms += 601_000;
    expect(await link()).toBe(403);
  });
});

describe('unlinking', () => {
  const unlink = (id: string, body: object, headers: Record<string, string>) =>
    fixture.send('DELETE', `/api/me/identities/${id}`, body, headers).then(({ status }) => status);

  test('takes the password, and ends that way in', async () => {
    const ada = await linked();
    expect(await unlink(ada.identity.id, { password: 'wrong' }, ada.headers)).toBe(422);
    const bob = await withPassword();
    expect(await unlink(ada.identity.id, { password }, bob.headers)).toBe(404);
    expect(await unlink(ada.identity.id, { password }, ada.headers)).toBe(204);
    const browser = newBrowser();
    await comeBack(browser, ada.subject);
    expect((await post('/api/oauth/session', { ticket: browser.ticket() })).status).toBe(409);
  });

  test('never ends the last way in', async () => {
    const ada = await registered();
    const list = async () =>
      (await (await fixture.send('GET', '/api/me/identities', undefined, ada.headers)).json()) as { id: string }[];
    const [first] = await list();
    expect(await unlink(first!.id, {}, ada.headers)).toBe(409);
    // One that this blog does not know any more is no way in.
    await db.admin`INSERT INTO auth.identities (id, provider, subject, user_id, label)
      VALUES (gen_random_uuid(), 'https://gone.example', ${ada.subject}, ${ada.id}, 'gone')`;
    expect(await unlink(first!.id, {}, ada.headers)).toBe(409);
    expect((await list()).map((each) => (each as { provider_name?: string }).provider_name)).toContain('gone.example');
    // A first password needs no present one.
    const change = { password: 'quite another sentence' };
    expect((await fixture.send('PATCH', '/api/me', change, ada.headers)).status).toBe(200);
    const { token } = (await (
      await post('/api/login', { username: ada.username, password: change.password })
    ).json()) as Granted;
    expect(await unlink(first!.id, change, bearer(token))).toBe(204);
  });
});

describe('an account without a password', () => {
  test('has none that could be guessed, and tells nobody so', async () => {
    const ada = await registered();
    for (const guess of ['', ' ', 'x', '\u0000'.repeat(32)])
      expect((await post('/api/login', { username: ada.username, password: guess })).status).not.toBe(200);
    const response = await post('/api/login', { username: ada.username, password: 'a guess' });
    expect(await problemOf(response)).toEqual([401, 'User name or password is wrong.']);
  });

  test('can be deleted by a fresh log-in, with all that it is found by', async () => {
    const ada = await registered();
    fixture.clock.ms += 601_000;
    expect((await fixture.send('DELETE', '/api/me', {}, ada.headers)).status).toBe(403);
    const browser = newBrowser();
    await comeBack(browser, ada.subject);
    const { token } = (await (await post('/api/oauth/session', { ticket: browser.ticket() })).json()) as Granted;
    expect((await fixture.send('DELETE', '/api/me', {}, bearer(token))).status).toBe(204);
    expect(await db.admin`SELECT 1 FROM auth.identities WHERE subject = ${ada.subject}`).toEqual([]);
  });

  test('gets a password by the code of an administrator, which takes away what others may have linked', async () => {
    const ada = await registered();
    const { hashSecret } = await import('./refresh-token.ts');
    const code = `code-${++count}`;
    await fixture.auth.store.offerClaim(ada.id, hashSecret(code), new Date(fixture.clock.ms + 1000));
    expect((await post('/api/claim', { token: code, password })).status).toBe(200);
    expect((await post('/api/login', { username: ada.username, password })).status).toBe(200);
    expect(await db.admin`SELECT 1 FROM auth.identities WHERE user_id = ${ada.id}`).toEqual([]);
  });
});

describe('GitHub, which speaks OAuth 2.0', () => {
  let server: Server;
  let asked: { url: string; body: string; headers: Record<string, unknown> }[] = [];
  let user: unknown;
  let gitHub: ReturnType<typeof authFixture>;

  beforeAll(async () => {
    server = createServer(async (incoming, outgoing) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      asked.push({ url: incoming.url ?? '', body: Buffer.concat(chunks).toString(), headers: incoming.headers });
      const said = incoming.url === '/api/user' ? user : { access_token: 'gho_x', token_type: 'bearer', scope: '' };
      outgoing.setHeader('content-type', 'application/json; charset=utf-8');
      outgoing.end(JSON.stringify(said));
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const known = { clientId: 'c', secret: 's', issuer: `${base}/login/oauth`, api: `${base}/api` };
    gitHub = authFixture(db.as('auth'), {
      providers: [{ name: 'github', label: 'GitHub', type: 'github', secretIn: 'post', ...known }],
    });
    return () => server.close();
  });

  const answered = async (said: unknown) => {
    [asked, user] = [[], said];
    const begun = await gitHub.app.request(`${origin}/api/oauth/github`, { headers: { host: 'blog.test' } });
    const to = new URL(begun.headers.get('location') ?? '');
    const cookie = (begun.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const back = `${to.searchParams.get('redirect_uri')}?code=abc&state=${to.searchParams.get('state')}`;
    return { to, response: await gitHub.app.request(back, { headers: { host: 'blog.test', cookie } }) };
  };

  test('identifies people by their number, which no one else gets', async () => {
    const { to, response } = await answered({ id: 4711, login: 'ada', name: 'Ada', email: null });
    expect([to.pathname, to.searchParams.has('scope'), to.searchParams.get('code_challenge_method')]).toEqual([
      '/login/oauth/authorize',
      false,
      'S256',
    ]);
    expect(response.headers.get('location')).toBe('/blog/login/continue');
    const ticket = /dormouse_sign_in=([^;]*)/.exec(response.headers.get('set-cookie') ?? '')?.[1] ?? '';
    const said = await (await gitHub.send('POST', '/api/oauth/lookup', { ticket })).json();
    expect(said).toMatchObject({
      provider: 'GitHub',
      account: 'ada',
      suggestion: { username: 'ada', display_name: 'Ada', email: null },
    });
    expect(
      await gitHub.auth.store.findPending(
        (await import('./refresh-token.ts')).hashSecret(ticket),
        'proven',
        new Date(gitHub.clock.ms),
      ),
    ).toMatchObject({ subject: '4711' });
    expect(asked.map(({ url }) => url)).toEqual(['/login/oauth/access_token', '/api/user']);
    expect(new URLSearchParams(asked[0]?.body).get('code_verifier')).toMatch(/^[\w-]{43}$/);
    expect(asked[1]?.headers.authorization).toBe('Bearer gho_x');
  });

  test('proves nothing when it does not say who it is', async () => {
    for (const said of [{}, { id: '4711' }, { id: null, login: 'ada' }])
      expect((await answered(said)).response.status).toBe(403);
  });
});
