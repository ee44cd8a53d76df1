import { setPublicUrl } from '@dormouse/runtime/address';
import { afterEach, describe, expect, it } from 'vitest';
import { aPost, aPreviewKey, browser, world } from './app.fixture.ts';

const link = `/blog/previews/${aPreviewKey}`;

describe('the link to a draft', () => {
  it('is made, shown whole, opened by anybody, and ended', async () => {
    const { app, stored, did } = world();
    stored.push(aPost({ slug: 'mine', title: 'Mine', status: 'draft', content: 'A *first* try.' }));
    const [ada, other] = [browser(app), browser(app)];
    await ada.logIn();
    await ada.get('/blog/posts/mine');
    expect(ada.text()).toContain('href="/blog/posts/mine/preview"');
    await ada.get('/blog/posts/mine/preview');
    expect(ada.text()).toContain('There is no link yet.');
    expect((await ada.submit('/blog/posts/mine/preview', { action: 'make' })).status).toBe(303);
    await ada.get('/blog/posts/mine/preview');
    expect(ada.text()).toContain(`<code class="whole">http://blog.test${link}</code>`);
    expect(ada.text()).toContain(`<a href="http://blog.test${link}">Open it</a>`);
    const shown = await other.get(link);
    expect([shown.status, shown.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
    expect(other.text()).toContain('A <em>first</em> try.');
    expect(other.text()).toContain('Its author let you read it by this link.');
    expect(other.text()).toContain('<meta name="robots" content="noindex">');
    expect(other.text()).not.toMatch(/mine\/edit|og:title|application\/ld\+json/);
    await ada.submit('/blog/posts/mine/preview', { action: 'end' });
    expect(did('endPreview')).toHaveLength(1);
    expect((await other.get(link)).status).toBe(404);
  });

  it('leads to the post once it is published', async () => {
    const { app, stored } = world();
    stored.push(aPost({ slug: 'mine', status: 'draft' }));
    const ada = browser(app);
    await ada.logIn();
    await ada.get('/blog/posts/mine/preview');
    await ada.submit('/blog/posts/mine/preview', { action: 'make' });
    stored[0] = { ...stored[0]!, status: 'published' };
    const response = await browser(app).get(link);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/blog/posts/mine']);
    await ada.get('/blog/posts/mine/preview');
    expect(ada.text()).toContain('This is published');
    await ada.get('/blog/posts/mine');
    expect(ada.text()).not.toContain('/blog/posts/mine/preview');
  });

  it('is made by nobody who may not change the post, and by no form of another site', async () => {
    const { app, stored, did } = world();
    stored.push(
      aPost({ slug: 'theirs', author: 'zoe', status: 'published' }),
      aPost({ slug: 'mine', status: 'draft' }),
    );
    const ada = browser(app);
    expect((await ada.get('/blog/posts/theirs/preview')).status).toBe(303);
    await ada.logIn();
    expect((await ada.get('/blog/posts/theirs/preview')).status).toBe(403);
    await ada.get('/blog/posts/mine/preview');
    expect((await ada.submit('/blog/posts/mine/preview', { action: 'make', csrf: 'x' })).status).toBe(403);
    expect(did('makePreview')).toEqual([]);
  });
});

describe('a summary and an address', () => {
  const typed = { title: 'A title', category_name: 'Notes', content: 'Text.' };

  it('are in the editor, kept, and taken back', async () => {
    const { app, stored, did } = world();
    stored.push(aPost({ slug: 'chosen', title: 'Mine', summary: 'In <short>.', excerpt: 'In <short>.' }));
    const ada = browser(app);
    await ada.logIn();
    await ada.get('/blog/posts/chosen/edit');
    expect([ada.value('slug'), ada.value('summary')]).toEqual(['chosen', 'In <short>.']);
    await ada.submit('/blog/posts/chosen/edit', {
      ...typed,
      summary: ' Two\r\nlines ',
      slug: ' Shorter ',
      action: 'published',
    });
    expect(did('update')[0]?.[2]).toMatchObject({ summary: 'Two lines', slug: 'Shorter' });
    await ada.get('/blog/new');
    expect([ada.value('slug'), ada.value('summary')]).toEqual(['', '']);
    await ada.submit('/blog/new', { ...typed, summary: '', slug: '', action: 'draft' });
    expect(did('create')[0]?.[1]).toMatchObject({ summary: '', slug: null });
  });

  it('stay empty where the title makes the address, with a number too', async () => {
    const { app, stored } = world();
    stored.push(aPost({ slug: 'wake-up-2', title: 'Wake up!' }));
    const ada = browser(app);
    await ada.logIn();
    await ada.get('/blog/posts/wake-up-2/edit');
    expect(ada.value('slug')).toBe('');
  });

  it('stay as they are where a page of before does not have them', async () => {
    const { app, did } = world();
    const ada = browser(app);
    await ada.logIn();
    await ada.get('/blog/new');
    await ada.submit('/blog/new', { ...typed, action: 'draft' });
    expect(did('create')[0]?.[1]).toMatchObject({ summary: undefined, slug: undefined });
  });
});

describe('sharing', () => {
  afterEach(() => setPublicUrl(undefined));

  it('shows the whole address of what is published, to be copied without a script', async () => {
    setPublicUrl('https://blog.example');
    const { app: known, stored: posts } = world();
    posts.push(aPost({ slug: 'seen' }), aPost({ slug: 'mine', status: 'draft' }));
    const ada = browser(known);
    await ada.logIn();
    await ada.get('/blog/posts/seen');
    expect(ada.text()).toContain('<code class="whole">https://blog.example/blog/posts/seen</code>');
    await ada.get('/blog/posts/mine');
    expect(ada.text()).not.toContain('class="share"');
  });

  it('offers a link where no address is known: never what a request says of its host, and no path as if it were one', async () => {
    const { app, stored, kept } = world();
    stored.push(aPost({ slug: 'seen', title: 'Seen <b>' }));
    const pages = await Promise.all(
      ['blog.test', 'evil.example'].map(async (host) => {
        kept.clear();
        const headers = { host, 'x-forwarded-host': host, forwarded: `host=${host}` };
        return (await app.request(`http://${host}/blog/posts/seen`, { headers })).text();
      }),
    );
    expect(pages[0]).toBe(pages[1]);
    expect(pages[0]).toMatch(
      /<details class="share"><summary>Share<\/summary><p><a href="\/blog\/posts\/seen"[^>]*>Seen &lt;b&gt;<\/a><\/p>/,
    );
    expect(pages[0]).not.toMatch(/evil\.example|blog\.test|class="whole"|>\/blog\/posts\/seen/);
  });
});
