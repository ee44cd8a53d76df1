import { beforeEach, describe, expect, it } from 'vitest';
import { accessToken, aPost, browser, startMs, world } from './app.fixture.ts';

let opened: ReturnType<typeof world>;
let reader: ReturnType<typeof browser>;
beforeEach(() => {
  opened = world();
  opened.settings.newsletter = true;
  opened.stored.push(aPost({ id: 1, slug: 'p1' }));
  reader = browser(opened.app);
});
const asked = (name: string) => opened.calls.filter(([each]) => each === name).map(([, ...rest]) => rest);

describe('the field to subscribe', () => {
  it('is below lists and posts, the same for everybody, and only where posts are sent', async () => {
    for (const path of ['/blog/', '/blog/posts/p1']) {
      await reader.get(path);
      expect(reader.text()).toMatch(/<form class="subscribe" method="post" action="\/blog\/newsletter"/);
    }
    const other = browser(world().app);
    await other.get('/blog/');
    expect(other.text()).not.toContain('subscribe');
  });

  it('needs no cookie and no script, and answers that a mail is on its way', async () => {
    const response = await reader.submit('/blog/newsletter', { email: 'ada@example.org' });
    expect([response.status, asked('subscribe')[0]?.[0]]).toEqual([200, { email: 'ada@example.org' }]);
    expect(reader.text()).toContain('Look into your mail');
  });

  it('says what is wrong with an address, and keeps what was typed', async () => {
    expect((await reader.submit('/blog/newsletter', { email: 'nobody' })).status).toBe(422);
    expect(reader.text()).toContain('E-mail address must be an e-\u2060mail address.');
    expect(reader.value('email')).toBe('nobody');
  });

  it('hands on what only programs fill in', async () => {
    await reader.submit('/blog/newsletter', { email: 'bot@example.org', website: 'x' });
    expect(asked('subscribe')[0]?.[0]).toEqual({ email: 'bot@example.org', website: 'x' });
  });
});

describe('links of mails', () => {
  it('change nothing when they are followed', async () => {
    for (const path of ['confirm', 'unsubscribe']) {
      const response = await reader.get(`/blog/newsletter/${path}?token=good`);
      expect([response.status, response.headers.get('cache-control')]).toEqual([
        200,
        expect.stringContaining('no-store'),
      ]);
    }
    expect([...asked('confirm'), ...asked('unsubscribe')]).toEqual([]);
  });

  it('confirm by a button, once', async () => {
    await reader.submit('/blog/newsletter/confirm', { token: 'good' });
    expect(reader.text()).toContain('You have subscribed');
    expect((await reader.submit('/blog/newsletter/confirm', { token: 'gone' })).status).toBe(404);
    expect(reader.text()).toContain('This link is not valid any more. Subscribe again.');
  });

  it.each([
    ['urlencoded', new URLSearchParams({ 'List-Unsubscribe': 'One-Click' })],
    [
      'multipart',
      (() => {
        const form = new FormData();
        form.set('List-Unsubscribe', 'One-Click');
        return form;
      })(),
    ],
  ])('unsubscribe by what mail programs send (RFC 8058), %s, from anywhere', async (_, body) => {
    const response = await opened.app.request('/blog/newsletter/unsubscribe?token=good', {
      method: 'POST',
      headers: { origin: 'https://mail.example', 'sec-fetch-site': 'cross-site' },
      body,
    });
    expect([response.status, asked('unsubscribe')]).toEqual([200, [['good']]]);
    expect(await response.text()).toContain('You have unsubscribed');
  });
});

describe('the page of the newsletter', () => {
  const as = async (name: string) => {
    const who = browser(opened.app);
    await who.logIn(name);
    return who;
  };

  it('is for editors and administrators', async () => {
    const path = '/blog/newsletter/subscribers';
    expect((await reader.get(path)).headers.get('location')).toBe(`/blog/login?next=${encodeURIComponent(path)}`);
    expect((await (await as('ada')).get(path)).status).toBe(403);
    expect((await (await as('edna')).get(path)).status).toBe(200);
    const root = await as('root');
    await root.get('/blog/settings');
    expect(root.text()).toContain(`href="${path}"`);
  });

  it('begins and stops sending, leaves a post out and removes a subscriber', async () => {
    const root = await as('root');
    const token = accessToken('root', startMs / 1000 + 900, 'admin');
    for (const [path, form] of [
      ['settings', { mails_posts: 'no' }],
      ['posts/7', {}],
      ['3/remove', {}],
    ] as const) {
      await root.get('/blog/newsletter/subscribers');
      expect((await root.submit(`/blog/newsletter/subscribers/${path}`, form)).status).toBe(303);
    }
    expect([asked('changeNewsletter'), asked('choose'), asked('removeSubscriber')]).toEqual([
      [[false, token]],
      [[7, false, token]],
      [[3, token]],
    ]);
  });

  it('gives away all subscribers as a file', async () => {
    const response = await (await as('root')).get('/blog/newsletter/subscribers/export');
    expect([response.headers.get('content-type'), response.headers.get('content-disposition')]).toEqual([
      'text/csv; charset=utf-8',
      'attachment; filename="subscribers.csv"',
    ]);
  });
});

describe('the editor', () => {
  const page = { title: 'T', content: 'x', category_name: 'C', action: 'published' };
  const ada = async () => {
    const who = browser(opened.app);
    await who.logIn('ada');
    return who;
  };

  it('leaves a new post out where its author says so, and says nothing otherwise', async () => {
    const who = await ada();
    await who.get('/blog/new');
    expect(who.text()).toContain('name="unmailed"');
    await who.submit('/blog/new', { ...page, newsletter: 'asked' });
    expect(asked('choose')).toEqual([]);
    await who.get('/blog/new');
    await who.submit('/blog/new', { ...page, newsletter: 'asked', unmailed: 'yes' });
    expect(asked('choose')).toMatchObject([[expect.any(Number), false, expect.any(String)]]);
  });

  it('asks nothing of that where no posts are sent', async () => {
    delete opened.settings.newsletter;
    const who = await ada();
    await who.get('/blog/new');
    expect(who.text()).not.toContain('name="unmailed"');
  });
});
