import { fail } from '@dormouse/runtime/errors';
import { describe, expect, it } from 'vitest';
import { accessToken, browser, startMs, world } from './app.fixture.ts';

const providers = [{ name: 'example', label: 'Example' }];
const token = accessToken('ada', startMs / 1000 + 900);

function back(ticket: string, parts: Parameters<typeof world>[0] = {}, origin?: string) {
  const made = world({ providers, ...parts });
  const ada = browser(made.app, origin);
  ada.cookies.set(`${origin?.startsWith('https') ? '__Host-' : ''}dormouse_sign_in`, ticket);
  return { ...made, ada };
}

describe('the log-in page', () => {
  it('leads to providers only where there are some, and goes on afterwards', async () => {
    const without = browser(world().app);
    await without.get('/blog/login');
    expect(without.text()).not.toContain('/api/oauth/');
    const ada = browser(world({ providers }).app);
    await ada.get('/blog/login?next=/stats');
    expect(ada.text()).toContain('href="/api/oauth/example?next=%2Fstats">Continue with Example</a>');
  });

  it('says why somebody came back without a log-in, in words of its own', async () => {
    const ada = browser(world({ providers }).app);
    await ada.get('/blog/login?provider=denied');
    expect(ada.text()).toContain('was told not to say who you are');
    await ada.get('/blog/login?provider=<b>');
    expect(ada.text()).not.toContain('class="alert"');
  });
});

describe('coming back from a provider', () => {
  it('logs in whoever has an account, takes the cookie away, and goes on', async () => {
    const { ada, did } = back('known');
    const response = await ada.get('/blog/login/continue', { 'x-client-address': '203.0.113.7' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/blog/mine']);
    expect(did('logInByProof')).toEqual([['logInByProof', 'known', undefined, '203.0.113.7']]);
    expect([...ada.cookies.keys()].sort()).toEqual(['dormouse_access', 'dormouse_form', 'dormouse_refresh']);
  });

  it('ends the log-in that this browser had', async () => {
    const { ada, did } = back('known');
    await ada.logIn('edna');
    await ada.get('/blog/login/continue');
    expect(did('logOut')).toEqual([['logOut', 'refresh.edna']]);
  });

  it('reads the cookie that no other host can set, on https', async () => {
    const https = { 'x-client-origin': 'https://blog.test' };
    const { ada } = back('known', {}, 'https://blog.test');
    expect((await ada.get('/blog/login/continue', https)).headers.get('location')).toBe('/blog/mine');
    const planted = browser(world({ providers }).app, 'https://blog.test');
    planted.cookies.set('dormouse_sign_in', 'known');
    expect((await planted.get('/blog/login/continue', https)).headers.get('location')).toBe(
      '/blog/login?provider=again',
    );
  });

  it('begins again where nothing was begun, or what was has ended', async () => {
    for (const ticket of ['', 'old']) {
      const { ada } = back(ticket);
      const response = await ada.get('/blog/login/continue');
      expect(response.headers.get('location')).toBe('/blog/login?provider=again');
      expect(ada.cookies.get('dormouse_sign_in')).toBeFalsy();
    }
  });

  it('asks for a code of the second factor, as often as it is wrong', async () => {
    const { ada, did } = back('factor');
    expect((await ada.get('/blog/login/continue')).status).toBe(200);
    expect(ada.text()).not.toContain('role="alert"');
    expect((await ada.submit('/blog/login/continue', { code: '000000' })).status).toBe(401);
    expect(ada.text()).toContain('Code is not right, or was used before.');
    expect((await ada.submit('/blog/login/continue', { code: '123456', csrf: 'A'.repeat(43) })).status).toBe(403);
    const response = await ada.submit('/blog/login/continue', { code: '123456' });
    expect(response.headers.get('location')).toBe('/blog/mine');
    expect(did('logInByProof').map(([, , code]) => code)).toEqual([undefined, '000000', '123456']);
  });

  it('says on the log-in page what auth refuses, and lets nothing of the provider be markup', async () => {
    const { web } = world();
    const { ada } = back('known', {
      accounts: {
        ...web.accounts,
        logInByProof: async () => fail('forbidden', 'Your access to this blog has ended. Ask an administrator.'),
      },
    });
    expect((await ada.get('/blog/login/continue')).status).toBe(403);
    expect(ada.text()).toContain('Your access to this blog has ended. Ask an administrator.');
    const stranger = back('new').ada;
    await stranger.get('/blog/login/continue');
    expect(stranger.text()).toContain('ada &lt;i&gt;');
  });
});

describe('a new account by a provider', () => {
  it('takes what is suggested, or what is typed instead', async () => {
    const { ada, did } = back('new');
    await ada.get('/blog/login/continue');
    expect([ada.value('username'), ada.value('display_name'), ada.value('email')]).toEqual(['ada', 'Ada <i>', '']);
    const typed = { username: 'grace', display_name: '', email: 'g@example.org' };
    const response = await ada.submit('/blog/login/continue', typed);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/blog/mine']);
    expect(did('registerByProof')).toEqual([['registerByProof', 'new', { username: 'grace', email: 'g@example.org' }]]);
    expect(ada.cookies.has('dormouse_access')).toBe(true);
  });

  it('keeps what was typed when it is refused, and is refused without the token of this browser', async () => {
    const { ada, did } = back('new');
    await ada.get('/blog/login/continue');
    expect((await ada.submit('/blog/login/continue', { username: 'x', csrf: 'A'.repeat(43) })).status).toBe(403);
    expect(did('registerByProof')).toEqual([]);
    expect((await ada.submit('/blog/login/continue', { username: 'taken', email: 'g@example.org' })).status).toBe(409);
    expect([ada.value('username'), ada.value('email')]).toEqual(['taken', 'g@example.org']);
    expect(ada.text()).toContain('User name is taken.');
  });

  it('asks for an invitation where there are no others, and for nothing where nobody may register', async () => {
    const { ada, did, settings } = back('new');
    settings.registration = 'invitation';
    await ada.get('/blog/login/continue');
    await ada.submit('/blog/login/continue', { username: 'grace', email: 'g@example.org', invitation: ' code ' });
    expect(did('registerByProof')[0]?.[2]).toMatchObject({ invitation: 'code' });
    const closed = back('new');
    closed.settings.registration = 'nobody';
    await closed.ada.get('/blog/login/continue');
    expect(closed.ada.text()).toContain('This blog takes no new accounts.');
    expect(closed.ada.text()).not.toContain('<form method="post" action="/blog/login/continue"');
  });
});

describe('linking', () => {
  it('asks first, takes the password, and says that it is done', async () => {
    const { ada, did } = back('link');
    await ada.logIn();
    expect((await ada.get('/blog/login/continue')).headers.get('location')).toBe('/blog/account/link');
    await ada.get('/blog/account/link');
    expect(ada.text()).toContain('Whoever logs in to Example as <b dir="auto">ada &lt;i&gt;</b>');
    expect((await ada.submit('/blog/account/link', { password: 'wrong' })).status).toBe(422);
    expect(ada.text()).toContain('Present password is not your password.');
    expect((await ada.submit('/blog/account/link', { password: 'right', csrf: 'A'.repeat(43) })).status).toBe(403);
    const response = await ada.submit('/blog/account/link', { password: 'right' });
    expect(response.headers.get('location')).toBe('/blog/account?linked');
    expect(did('linkIdentity').at(-1)).toEqual(['linkIdentity', 'link', 'right', token]);
    expect(ada.cookies.has('dormouse_sign_in')).toBe(false);
  });

  it('needs a log-in, and a proof', async () => {
    const { ada } = back('link');
    expect((await ada.get('/blog/account/link')).headers.get('location')).toContain('/blog/login?next=');
    const old = back('old').ada;
    await old.logIn();
    expect((await old.get('/blog/account/link')).headers.get('location')).toBe('/blog/account?unfinished');
  });

  it('is undone after asking, and never for the last way in', async () => {
    const { ada, did } = back('');
    await ada.logIn();
    await ada.get('/blog/account');
    expect(ada.text()).toContain('href="/api/oauth/example?link=yes">Link Example</a>');
    expect(ada.text()).toContain('gone.example');
    await ada.get('/blog/account/identities/gh/unlink');
    const response = await ada.submit('/blog/account/identities/gh/unlink', { password: 'right' });
    expect(response.headers.get('location')).toBe('/blog/account?unlinked');
    expect(did('unlinkIdentity')).toEqual([['unlinkIdentity', 'gh', 'right', token]]);
    await ada.get('/blog/account/identities/old/unlink');
    expect((await ada.submit('/blog/account/identities/old/unlink', { password: 'right' })).status).toBe(409);
    expect(ada.text()).toContain('It is the last way into your account.');
    expect((await ada.get('/blog/account/identities/nothing/unlink')).status).toBe(404);
  });

  it('asks who has no password for none', async () => {
    const { ada, did } = back('link');
    await ada.logIn('nopass');
    for (const path of ['/blog/account', '/blog/account/link', '/blog/account/delete', '/blog/account/second-factor']) {
      await ada.get(path);
      expect(ada.text()).not.toMatch(/current-password/);
    }
    await ada.get('/blog/account/link');
    await ada.submit('/blog/account/link');
    expect(did('linkIdentity')[0]?.[2]).toBeUndefined();
  });
});
