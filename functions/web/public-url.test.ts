import { setPublicUrl } from '@dormouse/runtime/address';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aPost, browser, world } from './app.fixture.ts';

/** As the blog is asked behind a proxy that speaks plain http to it and gives it a Host of its own. */
const behindProxy = { 'x-client-origin': 'http://127.0.0.1:8080' };

describe('a site that knows its address', () => {
  beforeEach(() => setPublicUrl('https://blog.example'));
  afterEach(() => setPublicUrl(undefined));

  const read = async (path: string) => {
    const { app, stored } = world();
    stored.push(aPost({ slug: 'hello' }));
    return (await app.request(path, { headers: behindProxy })).text();
  };

  it.each([
    ['/blog/posts/hello', '<link rel="canonical" href="https://blog.example/blog/posts/hello">'],
    ['/blog/', '<link rel="canonical" href="https://blog.example/blog/">'],
    ['/docs/api', '<link rel="canonical" href="https://blog.example/docs/api">'],
    ['/blog/feed.xml', '<link rel="self" type="application/atom+xml" href="https://blog.example/blog/feed.xml"/>'],
    ['/blog/feed.xml', 'href="https://blog.example/blog/posts/hello"'],
    ['/sitemap.xml', '<loc>https://blog.example/blog/posts/hello</loc>'],
    ['/robots.txt', 'Sitemap: https://blog.example/sitemap.xml'],
  ])('names it in %s', async (path, expected) => {
    const text = await read(path);
    expect(text).toContain(expected);
    expect(text).not.toContain('127.0.0.1');
  });

  it('shows the logo on cards of links', async () => {
    const { app, settings } = world();
    settings.logo = 'a'.repeat(64);
    const address = `https://blog.example/blog/media/pictures/${settings.logo}-1280.jpg`;
    expect(await (await app.request('/blog/')).text()).toContain(`<meta property="og:image" content="${address}">`);
  });

  it('sets Secure cookies, takes them back, and takes a form of its origin from a browser without Fetch Metadata', async () => {
    const { app, did } = world();
    const ada = browser(app, 'https://blog.example');
    await ada.get('/blog/login', behindProxy);
    const old = { ...behindProxy, 'sec-fetch-site': undefined };
    const response = await ada.submit('/blog/login', { username: 'ada', password: 'right' }, old);
    expect(response.status).toBe(303);
    expect(response.headers.getSetCookie().every((line) => line.includes('; Secure;'))).toBe(true);
    expect(ada.cookies.has('__Host-dormouse_access')).toBe(true);
    await ada.get('/blog/new', behindProxy);
    const post = { title: 'T', category_name: 'C', content: 'X', action: 'published' };
    expect((await ada.submit('/blog/new', post, { ...old, origin: 'https://evil.example' })).status).toBe(403);
    expect((await ada.submit('/blog/new', post, { ...old, origin: 'http://blog.example' })).status).toBe(403);
    expect(did('create')).toEqual([]);
    await ada.get('/blog/new', behindProxy);
    expect((await ada.submit('/blog/new', post, old)).status).toBe(303);
  });
});

it('ids of the feed stay when the site moves and when a post gets another title', async () => {
  const { app, stored } = world();
  const id = 7;
  const created_at = '2026-06-04T10:00:00.123Z';
  const ids = async (host: string) => {
    const xml = await (await app.request('/blog/feed.xml', { headers: { host } })).text();
    return Array.from(xml.matchAll(/<id>([^<]*)<\/id>/g), ([, each]) => each);
  };
  stored.push(aPost({ id, created_at, slug: 'before' }));
  const before = await ids('old.example');
  expect(before).toEqual(['tag:blog.example,2026:blog', 'tag:blog.example,2026:post:7:1780567200123']);
  stored[0] = aPost({ id, created_at, slug: 'after', title: 'After' });
  expect(await ids('new.example')).toEqual(before);
});
