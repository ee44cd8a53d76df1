import { fail } from '@dormouse/runtime/errors';
import { describe, expect, it } from 'vitest';
import { accessToken, browser, startMs, world } from './app.fixture.ts';

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
