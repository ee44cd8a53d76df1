import { fail } from '@dormouse/runtime/errors';
import { describe, expect, it } from 'vitest';
import { accountsAt } from './accounts.ts';
import { agentName } from './agent-name.ts';
import { accessToken, aPost, browser, startMs, world } from './app.fixture.ts';
import { english } from './words-en.ts';

const token = accessToken('ada', startMs / 1000 + 900);

describe('changing the password', () => {
  it('takes the present one, and goes on in a session that begins with the new one', async () => {
    const { app, did } = world();
    const ada = browser(app);
    await ada.logIn();
    await ada.get('/blog/account', { 'x-client-address': '203.0.113.7' });
    const typed = { current_password: 'right', password: 'right' };
    const response = await ada.submit('/blog/account', typed, { 'x-client-address': '203.0.113.7' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/blog/account?changed']);
    expect(did('changePassword')).toEqual([['changePassword', typed, token, '203.0.113.7']]);
    expect(did('logIn')).toHaveLength(2);
    await ada.get('/blog/account?changed');
    expect(ada.text()).toContain('Your password is changed.');
  });

  it('shows neither password again when it is refused, and says why beside the field', async () => {
    const { app, did } = world();
    const ada = browser(app);
    await ada.logIn();
    await ada.get('/blog/account');
    const typed = { current_password: 'guess-1', password: 'a new sentence' };
    expect((await ada.submit('/blog/account', typed)).status).toBe(422);
    expect(ada.text()).toContain('Present password is not your password.');
    expect(ada.text()).not.toMatch(/guess-1|a new sentence/);
    expect(did('logIn')).toHaveLength(1);
  });

  it('is refused without the token of this browser', async () => {
    const { app, did } = world();
    const ada = browser(app);
    await ada.logIn();
    await ada.get('/blog/account');
    const typed = { current_password: 'right', password: 'right', csrf: 'A'.repeat(43) };
    expect((await ada.submit('/blog/account', typed)).status).toBe(403);
    expect(did('changePassword')).toEqual([]);
  });

  it('asks to log in when the new session does not begin', async () => {
    const { web } = world();
    let logIns = 0;
    const logIn: typeof web.accounts.logIn = async (...who) =>
      logIns++ === 0 ? web.accounts.logIn(...who) : fail('too_many_requests', 'x');
    const ada = browser(world({ accounts: { ...web.accounts, logIn } }).app);
    await ada.logIn();
    await ada.get('/blog/account');
    const response = await ada.submit('/blog/account', { current_password: 'right', password: 'right' });
    expect(response.headers.get('location')).toBe('/blog/login?next=%2Fblog%2Faccount');
    expect(ada.cookies.has('dormouse_access')).toBe(false);
  });

  it('needs a log-in, also when the session ended meanwhile', async () => {
    const { web } = world();
    const { app } = world({
      accounts: { ...web.accounts, changePassword: async () => fail('unauthorized', 'The token is not valid.') },
    });
    const ada = browser(app);
    expect((await ada.get('/blog/account')).headers.get('location')).toBe('/blog/login?next=%2Fblog%2Faccount');
    await ada.logIn();
    await ada.get('/blog/account');
    const response = await ada.submit('/blog/account', { current_password: 'right', password: 'right' });
    expect([response.status, ada.cookies.has('dormouse_access')]).toEqual([303, false]);
  });
});

describe('the page of an account', () => {
  const asAda = async (parts: Parameters<typeof world>[0] = {}) => {
    const made = world(parts);
    const ada = browser(made.app);
    await ada.logIn();
    await ada.get('/blog/account');
    return { ...made, ada };
  };

  it('changes what others see, and every page at once', async () => {
    const { ada, did } = await asAda();
    expect([ada.value('display_name'), ada.value('bio')]).toEqual(['Ada <i>', 'Writes <b>.\nSleeps.']);
    expect(ada.value('links')).toBe('https://social.example/@ada?a&b');
    const typed = {
      display_name: 'Ada L.',
      bio: 'Notes.\r\nMore.',
      links: ' https://a.example/\r\n\r\nhttps://b.example/ ',
    };
    const response = await ada.submit('/blog/account/profile', typed);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/blog/account?saved']);
    const links = ['https://a.example/', 'https://b.example/'];
    expect(did('changeProfile')).toEqual([
      ['changeProfile', { display_name: 'Ada L.', bio: 'Notes.\nMore.', links, picture: null }, token],
    ]);
    expect(did('purge').at(-1)).toEqual(['purge', 'page:']);
    await ada.get('/blog/account?saved');
    expect(ada.text()).toContain('What others see is saved.');
  });

  it('takes a picture, keeps it when other words are saved, and takes it away', async () => {
    const fakes = world().web.pictures;
    const { ada, did } = await asAda({
      pictures: { ...fakes, upload: async () => ({ hash: 'ab'.repeat(32) }) as never },
    });
    const typed = { display_name: 'Ada L.', bio: '' };
    const last = () => (did('changeProfile').at(-1)?.[1] as { picture?: string | null } | undefined)?.picture;
    await ada.submitFile('/blog/account/profile', typed, { picture_file: new Blob(['bytes']) });
    const hash = last();
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    await ada.get('/blog/account');
    expect(ada.text()).toContain(`src="/blog/media/pictures/${hash}-640.webp"`);
    await ada.submit('/blog/account/profile', typed);
    expect([did('changeProfile').length, last()]).toEqual([2, hash]);
    await ada.get('/blog/account');
    await ada.submit('/blog/account/profile', { ...typed, picture_none: 'yes' });
    expect(last()).toBeNull();
  });

  it('keeps what was typed when it is refused', async () => {
    const { ada } = await asAda();
    const bio = 'x'.repeat(501);
    expect((await ada.submit('/blog/account/profile', { display_name: 'Ada L.', bio })).status).toBe(422);
    expect(ada.text()).toContain('About you must have at most 500 characters.');
    expect([ada.value('display_name'), ada.value('bio')]).toEqual(['Ada L.', bio]);
    const links = 'https://a.example/\nhttp://b.example/';
    expect((await ada.submit('/blog/account/profile', { display_name: 'Ada L.', links })).status).toBe(422);
    expect(ada.text()).toContain('Your pages elsewhere must be an address such as https://example.org/me.');
    expect(ada.value('links')).toBe(links);
  });

  it('lists where one is logged in, and ends what is not this browser', async () => {
    const { ada, did, ownSessions } = await asAda();
    expect(ada.text()).toContain('<b>Firefox on Linux · this one</b>');
    expect(ada.text()).not.toContain('/blog/account/sessions/one/end');
    const response = await ada.submit('/blog/account/sessions/two/end');
    expect([response.status, response.headers.get('location')]).toEqual([303, '/blog/account?ended']);
    expect([did('endSession'), ownSessions.length]).toEqual([[['endSession', 'two', token]], 1]);
    await ada.get('/blog/account');
    expect((await ada.submit('/blog/account/sessions/two/end')).status).toBe(404);
  });

  it('makes a token for a program, and shows it once', async () => {
    const { ada, did } = await asAda();
    expect(ada.text()).toContain('<b dir="auto">Backup &lt;i&gt;</b>');
    expect(ada.text()).toContain('read your posts, drafts too · x:y');
    const typed = { name: ' Laptop ', 'posts:read': 'yes', 'posts:write': 'yes', import: 'yes', days: '30' };
    expect((await ada.submit('/blog/account/tokens', typed)).status).toBe(200);
    const input = { name: 'Laptop', scopes: ['posts:read', 'posts:write'], expires_in: 2_592_000 };
    expect(did('makeToken')).toEqual([['makeToken', input, token]]);
    expect(ada.text()).toContain(`<code class="made">dormouse_pat_${'s'.repeat(43)}</code>`);
    await ada.get('/blog/account');
    expect(ada.text()).not.toContain('dormouse_pat_');
  });

  it('keeps what was typed of a token that is refused', async () => {
    const { ada } = await asAda();
    expect((await ada.submit('/blog/account/tokens', { name: 'Laptop', days: '999' })).status).toBe(422);
    expect(ada.text()).toContain('Choose what it may do.');
    expect(ada.text()).toContain('Days that the token is good must be at most 365.');
    expect([ada.value('name'), ada.value('days')]).toEqual(['Laptop', '999']);
  });

  it('revokes a token', async () => {
    const { ada, did } = await asAda();
    const response = await ada.submit('/blog/account/tokens/cli/revoke');
    expect([response.status, response.headers.get('location')]).toEqual([303, '/blog/account?revoked']);
    expect(did('revokeToken')).toEqual([['revokeToken', 'cli', token]]);
    await ada.get('/blog/account?revoked');
    expect(ada.text()).toContain('The token is revoked.');
    expect((await ada.submit('/blog/account/tokens/other/revoke')).status).toBe(404);
  });

  it('deletes the account with the password, and logs out', async () => {
    const { ada, did } = await asAda();
    await ada.get('/blog/account/delete');
    expect((await ada.submit('/blog/account/delete', { current_password: 'guess-1' })).status).toBe(422);
    expect(ada.text()).toContain('Present password is not your password.');
    expect(ada.text()).not.toContain('guess-1');
    const from = { 'x-client-address': '203.0.113.7' };
    const response = await ada.submit('/blog/account/delete', { current_password: 'right' }, from);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/blog/']);
    expect(did('removeAccount').at(-1)).toEqual(['removeAccount', token, '203.0.113.7']);
    expect(ada.cookies.has('dormouse_access')).toBe(false);
  });

  it('does nothing without the token of this browser', async () => {
    const { ada, did } = await asAda();
    const csrf = 'A'.repeat(43);
    for (const path of ['profile', 'sessions/two/end', 'tokens', 'tokens/cli/revoke', 'delete'])
      expect((await ada.submit(`/blog/account/${path}`, { bio: '', current_password: 'right', csrf })).status).toBe(
        403,
      );
    const done = ['changeProfile', 'endSession', 'makeToken', 'revokeToken', 'removeAccount'].flatMap(did);
    expect(done).toEqual([]);
  });

  it('tells auth what the browser calls itself', async () => {
    const asked: unknown[] = [];
    const call = async (_: string, init: { headers?: Record<string, string> } = {}) => {
      asked.push(init.headers?.['user-agent']);
      return Response.json({ token: 't', expires_in: 1, refresh_token: 'r' });
    };
    await accountsAt('http://auth', call, 'x-client-address').logIn('ada', 'right', '', 'Some browser');
    expect(asked).toEqual(['Some browser']);
  });
});

describe('what a browser calls itself', () => {
  it.each([
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0',
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1',
      'Safari on iPhone',
    ],
    [
      'Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36',
      'Chrome on Android',
    ],
    ['curl/8.5.0', 'curl'],
    ['<script>', 'Another program'],
    [null, 'Another program'],
  ])('%s is %s', (agent, name) => expect(agentName(agent, english)).toBe(name));
});

describe('taking one’s data along', () => {
  it('is one file with account, log-ins, invitations and all posts', async () => {
    const { app, stored, gone, did } = world();
    gone.push(aPost({ title: 'Gone' }));
    stored.push(...Array.from({ length: 5 }, () => aPost({ status: 'draft' })), aPost({ author: 'bob' }));
    const ada = browser(app);
    expect((await ada.get('/blog/account/export')).status).toBe(303);
    await ada.logIn();
    await ada.get('/blog/account');
    expect(ada.text()).toContain('href="/blog/account/export"');
    const response = await ada.get('/blog/account/export');
    expect([
      response.status,
      response.headers.get('content-disposition'),
      response.headers.get('cache-control'),
    ]).toEqual([200, 'attachment; filename="ada.json"', 'private, no-store']);
    const data = JSON.parse(ada.text());
    expect([data.account.username, data.sessions.length, data.invitations]).toEqual(['ada', 2, []]);
    expect(data.posts.map(({ id }: { id: number }) => id)).toEqual(stored.slice(0, 5).map(({ id }) => id));
    expect(data.posts[0].content).toBe('Some *text*.');
    expect(data.deleted_posts).toMatchObject([{ title: 'Gone', content: 'Some *text*.' }]);
    expect(did('own')).toHaveLength(3);
  });

  it('breaks off rather than leave posts out', async () => {
    const { web } = world();
    const own: typeof web.posts.own = async (after) =>
      after === 0 ? { posts: [aPost()], next: 7 } : fail('unavailable', 'x');
    const { app } = world({ posts: { ...web.posts, own } });
    const ada = browser(app);
    await ada.logIn();
    await expect(ada.get('/blog/account/export')).rejects.toThrow('x');
  });

  it('of somebody who wrote nothing is a document, too', async () => {
    const ada = browser(world().app);
    await ada.logIn();
    await ada.get('/blog/account/export');
    expect(JSON.parse(ada.text())).toMatchObject({ posts: [], deleted_posts: [], comments: [], newsletter: [] });
  });
});

describe('the second factor', () => {
  it('is turned on with the password and a code, and shows recovery codes once', async () => {
    const { app } = world();
    const ada = browser(app);
    await ada.logIn();
    await ada.get('/blog/account/second-factor');
    expect((await ada.submit('/blog/account/second-factor', { password: 'guess-1' })).status).toBe(422);
    expect(ada.text()).not.toContain('guess-1');
    await ada.submit('/blog/account/second-factor', { password: 'right' });
    expect(ada.text()).toContain('<code class="made">JBSWY3DPEHPK3PXP</code>');
    expect((await ada.submit('/blog/account/second-factor/confirm', { code: '000000' })).status).toBe(422);
    expect(ada.text()).toContain('<code class="made">JBSWY3DPEHPK3PXP</code>');
    expect((await ada.submit('/blog/account/second-factor/confirm', { code: '123456' })).status).toBe(200);
    expect(ada.text()).toContain('<code>2345-6789-abcd-efgh</code>');
    await ada.get('/blog/account/second-factor');
    expect(ada.text()).not.toContain('2345-6789-abcd-efgh');
    expect(ada.text()).toContain('Recovery codes that are left: 1.');
  });

  it('is turned off with the password and a code, and does nothing without the token of this browser', async () => {
    const { app, did } = world();
    const ada = browser(app);
    await ada.logIn();
    await ada.get('/blog/account/second-factor');
    await ada.submit('/blog/account/second-factor', { password: 'right' });
    await ada.submit('/blog/account/second-factor/confirm', { code: '123456' });
    await ada.get('/blog/account/second-factor');
    const typed = { password: 'right', code: '123456' };
    const forged = await ada.submit('/blog/account/second-factor/off', { ...typed, csrf: 'A'.repeat(43) });
    expect([forged.status, did('dropTotp')]).toEqual([403, []]);
    expect((await ada.submit('/blog/account/second-factor/off', typed)).status).toBe(303);
    expect(did('dropTotp')).toEqual([['dropTotp', 'right', '123456']]);
  });

  it('is asked for when somebody logs in whose account has one', async () => {
    const { app } = world();
    const holly = browser(app);
    await holly.get('/blog/login');
    expect(holly.text()).not.toContain('name="code"');
    expect((await holly.submit('/blog/login', { username: 'holly', password: 'right' })).status).toBe(401);
    expect([holly.value('username'), holly.value('code')]).toEqual(['holly', '']);
    expect(holly.text()).toContain('autocomplete="one-time-code"');
    const typed = { username: 'holly', password: 'right', code: '123456' };
    expect((await holly.submit('/blog/login', typed)).status).toBe(303);
  });
});
