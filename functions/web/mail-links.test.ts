import { describe, expect, it } from 'vitest';
import { browser, world } from './app.fixture.ts';

describe('a forgotten password', () => {
  it('leads from the log-in to a mail, and says the same for every address', async () => {
    const { app, did } = world();
    const ada = browser(app);
    await ada.get('/blog/login');
    expect(ada.text()).toContain('href="/blog/password-reset"');
    await ada.get('/blog/password-reset');
    const response = await ada.submit('/blog/password-reset', { email: 'ada@example.org' });
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
    expect(ada.text()).toContain('If an account has this address');
    expect(did('requestPasswordReset')).toEqual([['requestPasswordReset', 'ada@example.org']]);
  });

  it('is replaced by the link of the mail, which then logs in', async () => {
    const { app, did } = world();
    const ada = browser(app);
    await ada.get('/blog/password-reset/new?token=good');
    expect(did('completePasswordReset')).toEqual([]);
    const response = await ada.submit('/blog/password-reset/new', { token: ada.value('token')!, password: 'right' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/blog/']);
    expect(did('completePasswordReset')).toEqual([['completePasswordReset', 'good', 'right']]);
    expect(did('logIn')[0]?.[1]).toBe('ada');
  });

  it('asks who has a second factor to log in with it', async () => {
    const { web } = world();
    const { app } = world({ accounts: { ...web.accounts, completePasswordReset: async () => 'holly' } });
    const holly = browser(app);
    await holly.get('/blog/password-reset/new?token=good');
    expect((await holly.submit('/blog/password-reset/new', { token: 'good', password: 'right' })).status).toBe(200);
    expect([holly.value('username'), holly.text()]).toEqual(['holly', expect.stringContaining('Log in with it.')]);
  });

  it('says when a link is not good any more, and where another one is', async () => {
    const ada = browser(world().app);
    await ada.get('/blog/password-reset/new?token=gone');
    expect((await ada.submit('/blog/password-reset/new', { token: 'gone', password: 'right' })).status).toBe(404);
    expect(ada.text()).toContain('This link is not valid any more.');
    expect(ada.text()).toContain('href="/blog/password-reset"');
  });

  it('is asked for by a form of this site alone', async () => {
    const { app, did } = world();
    const response = await app.request('/blog/password-reset', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'email=ada%40example.org',
    });
    expect(response.status).toBe(403);
    expect(did('requestPasswordReset')).toEqual([]);
  });
});

describe('an address', () => {
  it('is proven by a button behind the link of a mail, not by who looks at the link', async () => {
    const { app, did } = world();
    const ada = browser(app);
    await ada.get('/blog/verify-email?token=good');
    expect(did('verifyEmail')).toEqual([]);
    expect((await ada.submit('/blog/verify-email', { token: ada.value('token')! })).status).toBe(200);
    expect(ada.text()).toContain('Your address is confirmed');
    expect(did('verifyEmail')).toEqual([['verifyEmail', 'good']]);
  });

  it('has a link sent to it from the page of its owner, until it is proven', async () => {
    const { app, did, web } = world();
    const ada = browser(app);
    await ada.logIn();
    await ada.get('/blog/account');
    const response = await ada.submit('/blog/account/verify-email', {});
    expect(response.headers.get('location')).toBe('/blog/account?mailed');
    expect(did('requestEmailVerification').length).toBe(1);
    const proven = world({
      ownAccount: {
        ...web.ownAccount,
        read: async (token) => ({ ...(await web.ownAccount.read(token)), email_verified: true }),
      },
    });
    const eve = browser(proven.app);
    await eve.logIn();
    await eve.get('/blog/account');
    expect(eve.text()).not.toContain('/blog/account/verify-email');
  });
});

describe('another address', () => {
  it('is asked for on the page of its owner, with the password, and comes back with what was wrong', async () => {
    const { app, did } = world();
    const ada = browser(app);
    await ada.logIn();
    await ada.get('/blog/account');
    const wrong = await ada.submit('/blog/account/email', { email: 'ada@example.net', email_password: 'wrong' });
    expect(wrong.status).toBe(422);
    expect([ada.value('email'), ada.text()]).toEqual([
      'ada@example.net',
      expect.stringContaining('email_password-error'),
    ]);
    const response = await ada.submit('/blog/account/email', { email: 'ada@example.net', email_password: 'right' });
    expect(response.headers.get('location')).toBe('/blog/account?asked');
    expect(did('requestEmailChange').at(-1)?.slice(0, 3)).toEqual(['requestEmailChange', 'ada@example.net', 'right']);
  });

  it('is shown while it waits, and can be given up', async () => {
    const { web } = world();
    const { app, did } = world({
      ownAccount: {
        ...web.ownAccount,
        read: async (token) => ({ ...(await web.ownAccount.read(token)), new_email: 'ada@<b>.example' }),
      },
    });
    const ada = browser(app);
    await ada.logIn();
    await ada.get('/blog/account');
    expect(ada.text()).toContain('ada@&lt;b&gt;.example</b> becomes your address');
    const response = await ada.submit('/blog/account/email/keep', {});
    expect(response.headers.get('location')).toBe('/blog/account?kept');
    expect(did('dropEmailChange').length).toBe(1);
  });
});

describe('a log-in by e-mail', () => {
  it('is a link that is good in the browser that asked', async () => {
    const { app, did } = world();
    const ada = browser(app);
    await ada.get('/blog/login-link');
    const asked = await ada.submit('/blog/login-link', { email: 'ada@example.org' });
    expect(asked.headers.getSetCookie().find((line) => line.startsWith('dormouse_link='))).toMatch(
      /^dormouse_link=this-browser; Max-Age=900; Path=\/blog\/login-link; HttpOnly; SameSite=Lax$/,
    );
    await ada.get('/blog/login-link/open?token=ada');
    expect(did('logInByLink')).toEqual([]);
    const response = await ada.submit('/blog/login-link/open', { token: ada.value('token')! });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/blog/']);
    expect(did('logInByLink')).toEqual([['logInByLink', 'ada', 'this-browser']]);
    await ada.get('/blog/');
    expect(ada.text()).toContain('Log out');
  });

  it('is refused in any other browser', async () => {
    const eve = browser(world().app);
    await eve.get('/blog/login-link/open?token=ada');
    expect((await eve.submit('/blog/login-link/open', { token: 'ada' })).status).toBe(401);
    expect(eve.text()).toContain('asked for by another browser');
  });

  it('asks who has a second factor for its code', async () => {
    const holly = browser(world().app);
    await holly.get('/blog/login-link');
    await holly.submit('/blog/login-link', { email: 'holly@example.org' });
    await holly.get('/blog/login-link/open?token=holly');
    expect((await holly.submit('/blog/login-link/open', { token: 'holly' })).status).toBe(401);
    expect(holly.text()).toContain('name="code"');
    expect((await holly.submit('/blog/login-link/open', { token: 'holly', code: '123456' })).status).toBe(303);
  });
});

describe('mails about comments', () => {
  it('end by the link of one, without a log-in', async () => {
    const { app, did } = world();
    const ada = browser(app);
    await ada.get('/blog/comment-mails/off?token=good');
    expect(did('endCommentMails')).toEqual([]);
    expect((await ada.submit('/blog/comment-mails/off', { token: ada.value('token')! })).status).toBe(200);
    expect(did('endCommentMails')).toEqual([['endCommentMails', 'good']]);
    expect(ada.text()).toContain('No more mails about comments');
  });

  it('end by one request to the address of the link, as mail programs send it: without cookies, form or page before', async () => {
    const { app, did } = world();
    const click = (token: string) =>
      app.request(`/blog/comment-mails/off?token=${token}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'List-Unsubscribe=One-Click',
      });
    expect((await click('gone')).status).toBe(404);
    expect((await click('good')).status).toBe(204);
    expect(did('endCommentMails').at(-1)).toEqual(['endCommentMails', 'good']);
  });

  it('begin and end on the page of who has a proven address', async () => {
    const { web } = world();
    const switched: boolean[] = [];
    const { app } = world({
      ownAccount: {
        ...web.ownAccount,
        read: async (token) => ({ ...(await web.ownAccount.read(token)), email_verified: true }),
        setCommentMails: async (wanted) => void switched.push(wanted),
      },
    });
    const ada = browser(app);
    await ada.logIn();
    await ada.get('/blog/account');
    expect(ada.text()).toContain('End these mails');
    const response = await ada.submit('/blog/account/comment-mails', { wanted: '' });
    expect(response.headers.get('location')).toBe('/blog/account?saved');
    expect(switched).toEqual([false]);
  });
});
