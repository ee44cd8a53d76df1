import { AppError, fail } from '@dormouse/runtime/errors';
import { describe, expect, it } from 'vitest';
import { accessToken, browser, startMs, world } from './app.fixture.ts';

describe('logging in', () => {
  it('sets cookies that no script reads and goes on to where the reader wanted to be', async () => {
    const { app } = world();
    const ada = browser(app);
    await ada.get('/blog/login?next=%2Fblog%2Fdrafts');
    const response = await ada.submit('/blog/login', { username: 'ada', password: 'right' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/blog/drafts']);
    const set = response.headers.getSetCookie();
    expect(set.find((line) => line.startsWith('dormouse_access='))).toMatch(
      /; Max-Age=900; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect(set.find((line) => line.startsWith('dormouse_refresh='))).toMatch(
      /; Max-Age=86400; Path=\/blog; HttpOnly; SameSite=Lax$/,
    );
  });

  it('marks cookies Secure where the reader came by https', async () => {
    const { app } = world();
    const ada = browser(app, 'https://blog.test');
    await ada.get('/blog/login', { 'x-forwarded-proto': 'https' });
    const response = await ada.submit(
      '/blog/login',
      { username: 'ada', password: 'right' },
      { 'x-forwarded-proto': 'https' },
    );
    expect(response.headers.getSetCookie().every((line) => line.includes('; Secure;'))).toBe(true);
  });

  it('gives cookies names by which no other host and no plain connection can set them, on https', async () => {
    const { app } = world();
    const ada = browser(app, 'https://blog.test');
    const https = { 'x-client-origin': 'https://blog.test' };
    await ada.get('/blog/login', https);
    await ada.submit('/blog/login', { username: 'ada', password: 'right' }, https);
    expect([...ada.cookies.keys()].sort()).toEqual([
      '__Host-dormouse_access',
      '__Host-dormouse_form',
      '__Secure-dormouse_refresh',
    ]);
    await ada.get('/blog/', https);
    expect(ada.text()).toContain('Log out');
    const planted = browser(app, 'https://blog.test');
    planted.cookies.set('dormouse_access', ada.cookies.get('__Host-dormouse_access')!);
    await planted.get('/blog/', https);
    expect(planted.text()).toContain('Log in');
  });

  it('renews a session whose cookies have the names from before, and takes those away', async () => {
    const { app } = world();
    const ada = browser(app, 'https://blog.test');
    const https = { 'x-client-origin': 'https://blog.test' };
    ada.cookies.set('dormouse_form', 's.secret');
    expect((await ada.get('/', https)).headers.get('location')).toBe('/blog/');
    ada.cookies.set('dormouse_access', accessToken('ada', startMs / 1000 + 900));
    ada.cookies.set('dormouse_refresh', 'refresh.ada');
    await ada.get('/blog/', https);
    expect(ada.text()).toContain('Log out');
    expect([...ada.cookies.keys()].sort()).toEqual([
      '__Host-dormouse_access',
      '__Host-dormouse_form',
      '__Secure-dormouse_refresh',
    ]);
  });

  it('ends the session that the browser had before, once the new one has begun', async () => {
    const { app, did } = world();
    const ada = browser(app);
    await ada.logIn();
    await ada.get('/blog/new');
    const again = { username: 'ada', password: 'wrong', csrf: ada.value('csrf') as string };
    expect((await ada.submit('/blog/login', again)).status).toBe(401);
    expect(did('logOut')).toEqual([]);
    expect((await ada.submit('/blog/login', { ...again, password: 'right' })).status).toBe(303);
    expect(did('logOut')).toEqual([['logOut', 'refresh.ada']]);
  });

  it('says no without saying why, keeps the name, and never shows the password again', async () => {
    const ada = browser(world().app);
    await ada.get('/blog/login?next=/stats');
    const response = await ada.submit('/blog/login', { username: '"ada', password: 'guess-1' });
    expect(response.status).toBe(401);
    expect(ada.text()).toContain('User name or password is wrong.');
    expect([ada.value('username'), ada.value('next')]).toEqual(['"ada', '/stats']);
    expect(ada.text()).not.toContain('guess-1');
  });

  it('passes on a limit, and how long to wait', async () => {
    const { web } = world();
    const { app } = world({
      accounts: {
        ...web.accounts,
        logIn: async () => fail('too_many_requests', 'x', { headers: { 'retry-after': '42' } }),
      },
    });
    const ada = browser(app);
    await ada.get('/blog/login');
    const response = await ada.submit('/blog/login', { username: 'ada', password: 'x' });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '42']);
    expect(ada.text()).toContain('Try again in 42 seconds');
  });

  it('says that auth does not answer, not that the password is wrong', async () => {
    const { web } = world();
    const { app } = world({ accounts: { ...web.accounts, logIn: async () => fail('unavailable', 'x') } });
    const ada = browser(app);
    await ada.get('/blog/login');
    expect((await ada.submit('/blog/login', { username: 'ada', password: 'x' })).status).toBe(503);
    expect(ada.text()).not.toContain('is wrong');
  });

  it.each([
    'https://evil.test/',
    '//evil.test',
    '/\\evil.test',
    '/\t/evil.test',
    '\\\\evil.test',
    'javascript:alert(1)',
    '/.//evil.test',
    'evil.test',
    '',
  ])('does not lead to %j', async (next) => {
    const ada = browser(world().app);
    await ada.get(`/blog/login?next=${encodeURIComponent(next)}`);
    const response = await ada.submit('/blog/login', { username: 'ada', password: 'right', next });
    const location = response.headers.get('location') as string;
    expect(new URL(location, 'http://blog.test').host).toBe('blog.test');
    expect(location).toBe('/blog/');
  });

  it("sends the reader's own address on, for the limits of auth", async () => {
    const { app, did } = world();
    const ada = browser(app);
    await ada.get('/blog/login');
    await ada.submit('/blog/login', { username: 'ada', password: 'right' }, { 'x-client-address': '203.0.113.7' });
    expect(did('logIn')).toEqual([['logIn', 'ada', '203.0.113.7']]);
  });
});

describe('forms from elsewhere', () => {
  /** A browser that does not know Fetch Metadata. */
  const old = { 'sec-fetch-site': undefined };
  const attempt = async (change: {
    typed?: Record<string, string>;
    headers?: Record<string, string | undefined>;
    cookies?: 'off';
  }) => {
    const { app, did } = world();
    const ada = browser(app);
    await ada.logIn();
    await ada.get('/blog/new');
    const { typed = {}, headers = {}, cookies } = change;
    if (cookies === 'off') ada.cookies.delete('dormouse_form');
    const response = await ada.submit(
      '/blog/new',
      { title: 'T', category_name: 'C', content: 'X', action: 'published', ...typed },
      headers,
    );
    return { status: response.status, created: did('create').length };
  };
  it('are refused by where the browser says they come from', async () => {
    expect(await attempt({ headers: { 'sec-fetch-site': 'cross-site' } })).toEqual({ status: 403, created: 0 });
    expect(await attempt({ headers: { 'sec-fetch-site': 'same-site' } })).toEqual({ status: 403, created: 0 });
    for (const origin of ['http://evil.test', 'null', 'http://blog.test.evil.test', 'x'])
      expect(await attempt({ headers: { ...old, origin } })).toEqual({ status: 403, created: 0 });
    expect(await attempt({ headers: old })).toEqual({ status: 303, created: 1 });
  });
  it('are ours when the browser says so, whatever a proxy made of Host', async () => {
    const rewritten = { 'x-client-origin': 'http://127.0.0.1:8080', origin: 'https://blog.test' };
    expect(await attempt({ headers: rewritten })).toEqual({ status: 303, created: 1 });
    expect(await attempt({ headers: { ...rewritten, ...old } })).toEqual({ status: 403, created: 0 });
  });
  it('are ours when the ingress has given Host the name of the function', async () => {
    const proxied = {
      ...old,
      host: 'web.dormouse.svc.cluster.local',
      'x-forwarded-host': 'blog.test',
    };
    expect(await attempt({ headers: proxied })).toEqual({ status: 303, created: 1 });
    expect(await attempt({ headers: { ...proxied, 'x-forwarded-host': 'evil.test' } })).toEqual({
      status: 403,
      created: 0,
    });
    expect(
      await attempt({
        headers: { ...proxied, 'x-client-origin': 'http://blog.test', 'x-forwarded-host': 'evil.test' },
      }),
    ).toEqual({
      status: 303,
      created: 1,
    });
    expect(await attempt({ headers: { ...proxied, 'x-client-origin': 'http://evil.test' } })).toEqual({
      status: 403,
      created: 0,
    });
  });
  it('are refused without the token of this browser', async () => {
    expect(await attempt({ typed: { csrf: '' } })).toEqual({ status: 403, created: 0 });
    expect(await attempt({ typed: { csrf: 'A'.repeat(43) } })).toEqual({ status: 403, created: 0 });
    expect(await attempt({ cookies: 'off' })).toEqual({ status: 403, created: 0 });
    expect(await attempt({})).toEqual({ status: 303, created: 1 });
  });
  it('cannot log somebody in to another account', async () => {
    const { app, did } = world();
    const mallory = browser(app);
    await mallory.get('/blog/login');
    const victim = browser(app);
    await victim.get('/blog/login');
    const response = await victim.submit('/blog/login', {
      username: 'mallory',
      password: 'right',
      csrf: mallory.value('csrf') as string,
    });
    expect([response.status, did('logIn')]).toEqual([403, []]);
  });
  it('made before the log-in are not good after it', async () => {
    const ada = browser(world().app);
    await ada.get('/blog/login');
    const before = ada.value('csrf') as string;
    await ada.submit('/blog/login', { username: 'ada', password: 'right' });
    await ada.get('/blog/new');
    expect(ada.value('csrf')).not.toBe(before);
    expect((await ada.submit('/blog/logout', { csrf: before })).status).toBe(403);
  });
});

describe('staying logged in', () => {
  const expired = { dormouse_access: accessToken('ada', startMs / 1000 - 1), dormouse_refresh: 'refresh.ada' };
  const returning = (app: ReturnType<typeof world>['app'], cookies: Record<string, string>) => {
    const ada = browser(app);
    for (const [name, value] of Object.entries(cookies)) ada.cookies.set(name, value);
    return ada;
  };
  it('renews an expired access token without the reader noticing, once for several tabs', async () => {
    const { app, did } = world();
    const ada = returning(app, expired);
    await Promise.all([ada.get('/blog/'), ada.get('/blog/drafts'), ada.get('/blog/categories')]);
    expect(did('refresh')).toHaveLength(1);
    await ada.get('/blog/');
    expect(ada.text()).toContain('Log out');
    expect(ada.cookies.get('dormouse_access')).toBe(accessToken('ada', startMs / 1000 + 900));
  });
  it('forgets a session that auth has ended', async () => {
    const ada = returning(world().app, { ...expired, dormouse_refresh: 'revoked' });
    await ada.get('/blog/');
    expect(ada.text()).toContain('Log in');
    expect([...ada.cookies.keys()]).toEqual(['dormouse_form']);
  });
  it('lets people read, and keeps their session, while auth does not answer', async () => {
    const { web } = world();
    const ada = returning(
      world({ accounts: { ...web.accounts, refresh: async () => fail('unavailable', 'x') } }).app,
      expired,
    );
    expect((await ada.get('/blog/')).status).toBe(200);
    expect(ada.cookies.get('dormouse_refresh')).toBe('refresh.ada');
    expect((await ada.get('/blog/new')).status).toBe(503);
  });
  it('goes by way of /blog/ from /, where the refresh cookie does not come', async () => {
    const { app } = world();
    const ada = browser(app);
    await ada.logIn();
    ada.cookies.delete('dormouse_access');
    const refresh = ada.cookies.get('dormouse_refresh') as string;
    ada.cookies.delete('dormouse_refresh');
    const response = await ada.get('/');
    expect([response.status, response.headers.get('location')]).toEqual([303, '/blog/']);
    ada.cookies.set('dormouse_refresh', refresh);
    expect((await ada.get('/blog/')).status).toBe(200);
    expect(ada.text()).toContain('Log out');
  });
  it('shows nothing of a cookie that is no token', async () => {
    for (const bad of [
      'x',
      'a.b.c',
      `h.${Buffer.from('null').toString('base64url')}.s`,
      `h.${Buffer.from('{"name":1,"exp":9e9}').toString('base64url')}.s`,
    ]) {
      const ada = returning(world().app, { dormouse_access: bad });
      expect((await ada.get('/blog/')).status).toBe(200);
      expect(ada.text()).toContain('Log in');
    }
  });
});

describe('logging out', () => {
  it('ends the session here and at auth, by a form only', async () => {
    const { app, did } = world();
    const ada = browser(app);
    await ada.logIn();
    await ada.get('/blog/');
    expect((await ada.get('/blog/logout')).status).toBe(405);
    await ada.get('/blog/');
    const response = await ada.submit('/blog/logout');
    expect([response.status, response.headers.get('location')]).toEqual([303, '/blog/']);
    expect(response.headers.get('clear-site-data')).toBe('"cache", "storage"');
    expect(did('logOut')).toEqual([['logOut', 'refresh.ada']]);
    expect([...ada.cookies.keys()]).toEqual(['dormouse_form']);
  });
});

describe('logging out of a browser that keeps text which is not saved', () => {
  const withText = async (cookie: string, headers: Record<string, string> = {}) => {
    const made = world();
    const ada = browser(made.app, headers['x-forwarded-proto'] ? 'https://blog.test' : undefined);
    await ada.get('/blog/login', headers);
    await ada.submit('/blog/login', { username: 'ada', password: 'right' }, headers);
    ada.cookies.set(cookie, '1');
    await ada.get('/blog/', headers);
    return { ...made, ada };
  };
  it('ends the session, and asks before it removes the text', async () => {
    const { ada, did } = await withText('dormouse_unsaved');
    const response = await ada.submit('/blog/logout');
    expect([response.status, did('logOut')]).toEqual([200, [['logOut', 'refresh.ada']]]);
    expect([...ada.cookies.keys()].sort()).toEqual(['dormouse_form', 'dormouse_unsaved']);
    expect(ada.text()).toContain('You are logged out');
    expect(ada.text()).toContain('Some text is not saved');
    expect(ada.text()).toMatch(/class="leaving" data-account="ada"/);
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(response.headers.get('clear-site-data')).toBeNull();
  });
  it('removes it when that is wanted', async () => {
    const { ada, did } = await withText('dormouse_unsaved');
    await ada.submit('/blog/logout');
    const response = await ada.submit('/blog/logout');
    expect([response.status, response.headers.get('clear-site-data')]).toEqual([303, '"cache", "storage"']);
    expect(did('logOut')).toEqual([['logOut', 'refresh.ada']]);
    expect([...ada.cookies.keys()]).toEqual(['dormouse_form']);
  });
});

describe('signing up', () => {
  it('makes the account, logs in and goes on', async () => {
    const { app, did } = world();
    const ada = browser(app);
    await ada.get('/blog/signup');
    const response = await ada.submit('/blog/signup', { username: 'ada', email: 'ada@example.org', password: 'right' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/blog/']);
    expect(did('register')).toEqual([['register', { username: 'ada', email: 'ada@example.org', password: 'right' }]]);
    expect(ada.cookies.has('dormouse_access')).toBe(true);
  });
  it('says beside the field what was wrong with it, and keeps the rest', async () => {
    const { web } = world();
    const errors = [{ field: 'email', message: 'must be an e-mail address' }];
    const { app } = world({
      accounts: {
        ...web.accounts,
        register: async () => fail('invalid', 'Some fields are not acceptable.', { errors }),
      },
    });
    const ada = browser(app);
    await ada.get('/blog/signup');
    expect((await ada.submit('/blog/signup', { username: 'ada', email: 'nope', password: 'right' })).status).toBe(422);
    expect(ada.text()).toContain('E-mail must be an e-\u2060mail address.');
    expect(ada.text()).toMatch(/<input id="email"[^>]*aria-describedby="email-hint email-error" aria-invalid="true"/);
    expect([ada.value('username'), ada.value('email')]).toEqual(['ada', 'nope']);
  });
  it('says that a name is taken', async () => {
    const { web } = world();
    const { app } = world({
      accounts: { ...web.accounts, register: async () => fail('conflict', 'This user name is taken.') },
    });
    const ada = browser(app);
    await ada.get('/blog/signup');
    expect((await ada.submit('/blog/signup', { username: 'ada', email: 'a@b.c', password: 'right' })).status).toBe(409);
    expect(ada.text()).toContain('This user name is taken.');
  });
  it('asks to log in when the account is made but logging in fails', async () => {
    const { web } = world();
    const { app } = world({
      accounts: { ...web.accounts, logIn: async () => Promise.reject(new AppError('unavailable', 'x')) },
    });
    const ada = browser(app);
    await ada.get('/blog/signup');
    expect((await ada.submit('/blog/signup', { username: 'ada', email: 'a@b.c', password: 'right' })).status).toBe(200);
    expect(ada.text()).toContain('Your account is ready');
  });
});

describe('claiming an imported account', () => {
  it('takes the code, sets the password and logs in', async () => {
    const { app, did } = world();
    const ada = browser(app);
    await ada.get('/claim');
    const response = await ada.submit('/claim', { token: 'one-time', password: 'right', email: 'ada@example.org' });
    expect(response.status).toBe(303);
    expect(did('claim')).toEqual([['claim', { token: 'one-time', email: 'ada@example.org', password: 'right' }]]);
    expect(did('logIn')[0]?.[1]).toBe('ada');
  });
  it('takes no code from an address, where it would be kept and seen', async () => {
    const ada = browser(world().app);
    await ada.get('/claim?token=c0ffee');
    expect(ada.value('token')).toBe('');
    expect(ada.text()).not.toContain('c0ffee');
  });
  it('keeps the code in the form when the password is refused', async () => {
    const { web } = world();
    const { app } = world({
      accounts: {
        ...web.accounts,
        claim: async () => fail('invalid', 'x', { errors: [{ field: 'password', message: 'is too easy to guess' }] }),
      },
    });
    const ada = browser(app);
    await ada.get('/claim');
    const typed = { token: 'one-time', password: 'password', email: 'a@b.c' };
    expect((await ada.submit('/claim', typed)).status).toBe(422);
    expect([ada.value('token'), ada.value('email')]).toEqual(['one-time', 'a@b.c']);
    expect(ada.text()).toContain('Password is too easy to guess.');
  });
});

describe('a renewed session', () => {
  const expired = { dormouse_access: accessToken('ada', startMs / 1000 - 1), dormouse_refresh: 'refresh.ada' };
  const worlds = {
    'as it is': () => world(),
    'with everything renamed': () => {
      const { web } = world();
      return world({ posts: { ...web.posts, bySlug: async () => ({ moved: 'new' }) } });
    },
    'with every function failing': () => {
      const { web } = world();
      const failing = async () => fail('unavailable', 'x');
      const posts = Object.fromEntries(Object.keys(web.posts).map((name) => [name, failing]));
      return world({ posts: posts as never, categories: { all: failing, movedTo: failing } });
    },
  };
  const addresses = [
    ...new Set(
      world()
        .app.routes.filter(({ method }) => method === 'GET' || method === 'POST')
        .map(
          ({ method, path }) => `${method} ${path.replace(/:slug(\{.*\})?/, 'csharp').replace(/:hash(\{.*\})?/, 'a')}`,
        ),
    ),
    'GET /nothing/here',
    'PUT /blog/',
  ];

  it.each(
    Object.keys(worlds).flatMap((name) =>
      ['text/html', 'application/json'].map((accept) => [name, accept] as [keyof typeof worlds, string]),
    ),
  )('keeps its cookie in every kind of answer: %s, for %s', async (name, accept) => {
    const lost: string[] = [];
    let renewed = 0;
    for (const address of addresses) {
      const { app, did } = worlds[name]();
      const ada = browser(app);
      for (const [cookie, value] of Object.entries(expired)) ada.cookies.set(cookie, value);
      const [method, path] = address.split(' ') as [string, string];
      await (method === 'POST' ? ada.submit(path, {}, { accept }) : ada.send(path, { method, headers: { accept } }));
      if (did('refresh').length === 0) continue;
      renewed++;
      if (ada.cookies.get('dormouse_access') !== accessToken('ada', startMs / 1000 + 900)) lost.push(address);
    }
    expect(lost).toEqual([]);
    expect(renewed).toBeGreaterThan(5);
  });
});
