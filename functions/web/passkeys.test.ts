import { describe, expect, it } from 'vitest';
import { accessToken, browser, startMs, unescapeHtml, world } from './app.fixture.ts';

const token = accessToken('ada', startMs / 1000 + 900);
const scripted = /; script-src 'self'/;
const answer = JSON.stringify({ id: 'pk', response: {} });

async function asAda() {
  const made = world();
  const ada = browser(made.app);
  await ada.logIn();
  return { ...made, ada };
}

describe('logging in with a passkey', () => {
  it('has a form that stays hidden without its script, on a page that runs it', async () => {
    const ada = browser(world().app);
    const response = await ada.get('/blog/login?next=/stats');
    expect(ada.text()).toMatch(/<form method="post" action="\/blog\/login\/passkey" hidden data-passkey="get"/);
    expect(ada.text()).toMatch(/<script type="module" src="\/assets\/passkey-[0-9a-f]{12}\.js">/);
    expect(response.headers.get('content-security-policy')).toMatch(scripted);
    const script = /\/assets\/passkey-[0-9a-f]{12}\.js/.exec(ada.text())?.[0] ?? '';
    expect((await ada.get(script)).headers.get('cache-control')).toContain('immutable');
  });

  it('sends on what the device answered, begins a session, and goes on', async () => {
    const { app, did } = world();
    const ada = browser(app);
    await ada.get('/blog/login?next=/stats');
    const response = await ada.submit('/blog/login/passkey', { ticket: 'asked', response: answer });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/stats']);
    expect(did('logInByPasskey')).toEqual([['logInByPasskey', 'asked', JSON.parse(answer)]]);
    expect(ada.cookies.has('dormouse_access')).toBe(true);
  });

  it('says why not, on the same page', async () => {
    const { app, did } = world();
    const ada = browser(app);
    await ada.get('/blog/login');
    const refused = await ada.submit('/blog/login/passkey', { ticket: 'other', response: answer });
    expect([refused.status, refused.headers.get('content-security-policy')]).toEqual([
      403,
      expect.stringMatching(scripted),
    ]);
    expect(ada.text()).toContain('The passkey is not known here');
    expect((await ada.submit('/blog/login/passkey', { ticket: 'asked', response: 'null' })).status).toBe(400);
    const forged = { ticket: 'asked', response: answer, csrf: 'A'.repeat(43) };
    expect((await ada.submit('/blog/login/passkey', forged)).status).toBe(403);
    expect(did('logInByPasskey')).toHaveLength(1);
  });
});

describe('the passkeys of an account', () => {
  it('are made after the password, by a device that the page asks', async () => {
    const { ada, did } = await asAda();
    await ada.get('/blog/account/passkeys/new');
    expect((await ada.submit('/blog/account/passkeys/new', { name: ' ', password: 'right' })).status).toBe(422);
    expect((await ada.submit('/blog/account/passkeys/new', { name: 'Phone', password: 'wrong' })).status).toBe(422);
    expect(ada.value('name')).toBe('Phone');
    const page = await ada.submit('/blog/account/passkeys/new', { name: 'Phone', password: 'right' });
    expect(page.headers.get('content-security-policy')).toMatch(scripted);
    const options = /data-options="([^"]*)"/.exec(ada.text())?.[1] ?? '';
    expect(JSON.parse(unescapeHtml(options))).toEqual({ challenge: 'AAAA', rp: { id: 'blog.test', name: '<i>' } });
    const response = await ada.submit('/blog/account/passkeys', { response: answer });
    expect(response.headers.get('location')).toBe('/blog/account?passkey');
    expect(did('addPasskey')).toEqual([['addPasskey', 'offered', 'Phone', JSON.parse(answer), token]]);
  });

  it('are begun again where it took too long', async () => {
    const { ada } = await asAda();
    await ada.get('/blog/account/passkeys/new');
    const late = { ticket: 'late', name: 'Phone', response: answer };
    expect((await ada.submit('/blog/account/passkeys', late)).status).toBe(404);
    expect(ada.text()).toContain('That took too long');
  });

  it('are listed, renamed, and removed with the password', async () => {
    const { ada, did } = await asAda();
    await ada.get('/blog/account');
    expect(ada.text()).toContain('<b dir="auto">Laptop &lt;i&gt;</b>');
    await ada.get('/blog/account/passkeys/pk');
    expect((await ada.submit('/blog/account/passkeys/pk', { name: 'Old laptop' })).status).toBe(303);
    await ada.get('/blog/account/passkeys/pk');
    expect(ada.value('name')).toBe('Old laptop');
    expect((await ada.submit('/blog/account/passkeys/pk/remove', { password: 'wrong' })).status).toBe(422);
    expect((await ada.submit('/blog/account/passkeys/pk/remove', { password: 'right' })).status).toBe(303);
    expect(did('removePasskey').at(-1)).toEqual(['removePasskey', 'pk', 'right']);
    expect((await ada.get('/blog/account/passkeys/pk')).status).toBe(404);
  });
});
