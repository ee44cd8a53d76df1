import { beforeEach, describe, expect, it } from 'vitest';
import { accessToken, aDelivery, aWebhook, browser, startMs, world } from './app.fixture.ts';

let opened: ReturnType<typeof world>;
let root: ReturnType<typeof browser>;
beforeEach(async () => {
  opened = world();
  opened.hooks.push(aWebhook());
  root = browser(opened.app);
  await root.logIn('root');
});
const token = accessToken('root', startMs / 1000 + 900, 'admin');
const published = 'dev.dormouse.post.published.v1' as const;
const asked = (name: string) => opened.calls.filter(([each]) => each === name).map(([, ...rest]) => rest);

describe('the page of webhooks', () => {
  it('is reached from the settings, and by operators from every page', async () => {
    await root.get('/blog/settings');
    expect(root.text()).toContain('href="/blog/webhooks"');
    const olga = browser(opened.app);
    await olga.logIn('olga');
    await olga.get('/blog/');
    expect(olga.text()).toContain('href="/blog/webhooks"');
    expect((await olga.get('/blog/webhooks')).status).toBe(200);
  });

  it('is for operators and administrators', async () => {
    const nobody = browser(opened.app);
    expect((await nobody.get('/blog/webhooks')).headers.get('location')).toBe('/blog/login?next=%2Fblog%2Fwebhooks');
    for (const name of ['ada', 'edna']) {
      const who = browser(opened.app);
      await who.logIn(name);
      for (const path of ['/blog/webhooks', '/blog/webhooks/3']) expect((await who.get(path)).status).toBe(403);
    }
  });

  it('makes one, and shows its secret in this response alone', async () => {
    await root.get('/blog/webhooks');
    const made = await root.submit('/blog/webhooks', {
      url: ' https://other.example/ ',
      'events-published': 'yes',
      'events-deleted': 'yes',
    });
    expect(made.status).toBe(200);
    expect(made.headers.get('cache-control')).toContain('no-store');
    expect(root.text()).toContain('whsec_made');
    expect(root.text()).toContain('href="/blog/webhooks/4"');
    expect(asked('createWebhook')).toEqual([
      [{ url: 'https://other.example/', events: [published, 'dev.dormouse.post.deleted.v1'] }, token],
    ]);
    await root.get('/blog/webhooks');
    expect(root.text()).not.toContain('whsec_');
  });

  it('says why an address is refused, with what was typed', async () => {
    await root.get('/blog/webhooks');
    const refused = await root.submit('/blog/webhooks', { url: 'https://127.0.0.1/', 'events-updated': 'yes' });
    expect(refused.status).toBe(422);
    expect(root.text()).toContain('Address must lead to a public address.');
    expect(root.value('url')).toBe('https://127.0.0.1/');
    expect(root.text()).toMatch(/id="events-updated"[^>]* checked/);
    expect(root.text()).not.toMatch(/id="events-published"[^>]* checked/);
  });

  it('does nothing for a form without the session’s token', async () => {
    await root.get('/blog/webhooks');
    expect((await root.submit('/blog/webhooks', { url: 'https://a.example/', csrf: 'x' })).status).toBe(403);
    expect(asked('createWebhook')).toEqual([]);
  });
});

describe('the page of one', () => {
  it('shows what was sent and answered, as text', async () => {
    opened.sent.push(aDelivery(), aDelivery({ id: 'two', state: 'delivered', attempts: [] }));
    await root.get('/blog/webhooks/3');
    const html = root.text();
    for (const text of [
      'answered 500',
      'ECONNREFUSED',
      '&lt;i&gt;broken',
      'receiver.example/hook?&lt;b&gt;',
      'after=older',
    ])
      expect(html).toContain(text);
    expect(html).not.toMatch(/<i>broken|hook\?<b>/);
    await root.get('/blog/webhooks/3?after=older');
    expect(root.text()).not.toContain('after=older');
  });

  it.each([
    ['test', 'testWebhook', [3], '/blog/webhooks/3?tested'],
    ['enable', 'changeWebhook', [3, { enabled: true }], '/blog/webhooks/3?changed'],
    ['disable', 'changeWebhook', [3, { enabled: false }], '/blog/webhooks/3?changed'],
    ['remove', 'removeWebhook', [3], '/blog/webhooks?removed'],
  ])('has a button to %s', async (action, call, args, location) => {
    await root.get('/blog/webhooks/3');
    const done = await root.submit('/blog/webhooks/3', { action });
    expect([done.status, done.headers.get('location')]).toEqual([303, location]);
    expect(asked(call)).toEqual([[...args, token]]);
    await root.get(location);
    expect(root.text()).toContain('role="status"');
  });

  it('changes what it is told of, which must be something', async () => {
    await root.get('/blog/webhooks/3');
    expect((await root.submit('/blog/webhooks/3', { action: 'change' })).status).toBe(422);
    expect(root.text()).toContain('Choose at least one.');
    await root.submit('/blog/webhooks/3', { action: 'change', 'events-published': 'yes' });
    expect(asked('changeWebhook').at(-1)).toEqual([3, { events: [published] }, token]);
  });

  it('replaces the secret, and shows the new one once', async () => {
    await root.get('/blog/webhooks/3');
    await root.submit('/blog/webhooks/3', { action: 'rotate' });
    expect(root.text()).toContain('whsec_other');
    await root.get('/blog/webhooks/3');
    expect(root.text()).not.toContain('whsec_');
    expect(root.text()).toContain('value="rotate"');
  });

  it('sends one again', async () => {
    opened.sent.push(aDelivery());
    await root.get('/blog/webhooks/3');
    const done = await root.submit('/blog/webhooks/3/deliveries/01a22c39-f4bd-7a52-8a11-5c4f6b1d9e03');
    expect([done.status, done.headers.get('location')]).toEqual([303, '/blog/webhooks/3?resent']);
    expect(asked('resend')).toEqual([[3, '01a22c39-f4bd-7a52-8a11-5c4f6b1d9e03', token]]);
  });

  it('is not found where there is none, and takes no other action', async () => {
    for (const path of ['/blog/webhooks/9', '/blog/webhooks/x', '/blog/webhooks/0'])
      expect((await root.get(path)).status).toBe(404);
    await root.get('/blog/webhooks/3');
    expect((await root.submit('/blog/webhooks/3', { action: 'constructor' })).status).toBe(400);
  });
});
