import { setPublicUrl } from '@dormouse/runtime/address';
import { setPurgeForm } from '@dormouse/runtime/surrogate-keys';
import { afterEach, describe, expect, it } from 'vitest';
import { aComment, accessToken, aPost, browser, startMs, world } from './app.fixture.ts';
import { unread } from './names.ts';

/** A blog whose author ada is called so. */
function blog(name = 'Ada <Lovelace>', parts: Parameters<typeof world>[0] = {}) {
  const made = world(parts);
  made.names.set('ada', name);
  made.stored.push(aPost({ slug: 'own' }), aPost({ slug: 'edna', author: 'edna' }));
  return { ...made, read: async (path: string) => (await made.app.request(`http://blog.test${path}`)).text() };
}

describe('what people are called', () => {
  afterEach(() => {
    setPublicUrl(undefined);
    setPurgeForm(undefined);
  });

  it.each([
    ['/blog/', '<a class="p-author h-card" rel="author" href="/blog/authors/ada">Ada &lt;Lovelace&gt;</a>'],
    ['/blog/', '<a class="p-author h-card" rel="author" href="/blog/authors/edna">edna</a>'],
    ['/blog/categories/general', '>Ada &lt;Lovelace&gt;</a>'],
    ['/blog/archive/2026/06', '>Ada &lt;Lovelace&gt;</a>'],
    ['/blog/authors/ada', '>Ada &lt;i&gt;</a>'], // as the profile says
    ['/blog/search?q=own', '>Ada &lt;Lovelace&gt;</a>'],
    ['/blog/posts/own', 'By <a class="p-author h-card" rel="author" href="/blog/authors/ada">Ada &lt;Lovelace&gt;</a>'],
    ['/blog/posts/own', '"author":{"@type":"Person","name":"Ada \\u003cLovelace>"}'],
    ['/blog/feed.xml', '<author><name>Ada &lt;Lovelace&gt;</name></author>'],
    ['/blog/feed.xml', '<author><name>edna</name></author>'],
    ['/blog/rss.xml', '<dc:creator>Ada &lt;Lovelace&gt;</dc:creator>'],
    ['/blog/feed.json', '"authors":[{"name":"Ada <Lovelace>"}]'],
  ])('is said on %s', async (path, expected) => {
    const { stored, read } = blog('Ada <Lovelace>', {
      search: { find: async () => ({ posts: stored.map((post) => ({ ...post, highlight: '' })) as never }) },
    });
    for (const post of stored) post.created_at = '2026-06-05T10:00:00.000Z';
    expect(await read(path)).toContain(expected);
  });

  it('is said of comments with the user name beside it, which nobody else can have, and of no guest', async () => {
    const { said, read, names } = blog();
    names.set('mallory', 'Ada <Lovelace>');
    said.push(
      aComment({ id: 1, author: 'ada' }),
      aComment({ id: 2, author: 'mallory' }),
      aComment({ id: 3, author: 'ada', isGuest: true }),
    );
    const page = await read('/blog/posts/own');
    const shown = '<b dir="auto">Ada &lt;Lovelace&gt;</b>';
    expect(page).toContain(`${shown} <span dir="ltr">@ada</span> <span class="of-post">`);
    expect(page).toContain(`${shown} <span dir="ltr">@mallory</span> <a href="#comment-2">`);
    expect(page).toContain('<b dir="auto">ada</b> <span>guest</span>');
    const feed = await read('/blog/posts/own/comments/feed.xml');
    expect(feed.match(/<name>[^<]*/g)).toEqual([
      '<name>ada',
      '<name>Ada &lt;Lovelace&gt;',
      '<name>Ada &lt;Lovelace&gt;',
    ]);
  });

  it('has a picture beside it, of accounts alone, which neither asks media nor says the name again', async () => {
    const { stored, said, faces, read, web } = blog('Ada', {
      search: { find: async () => ({ posts: stored.map((post) => ({ ...post, highlight: '' })) as never }) },
    });
    for (const name of ['ada', 'grace']) faces.set(name, (name === 'ada' ? 'a' : 'b').repeat(64));
    web.pictures.ready = async (hashes) => {
      expect(hashes).toEqual([]);
      return { pictures: new Map(), complete: true };
    };
    stored.push(aPost({ slug: 'imported', byline: ['Ada'] }));
    said.push(aComment({ id: 1, author: 'grace' }), aComment({ id: 2, author: 'ada', isGuest: true }));
    const picture = (letter: string) =>
      `<img class="avatar u-photo" src="/blog/media/pictures/${letter.repeat(64)}-96.webp" width="28" height="28" alt="" loading="lazy" decoding="async">`;
    for (const path of ['/blog/', '/blog/categories/general', '/blog/search?q=own', '/blog/posts/own']) {
      const html = await read(path);
      expect([path, html.includes(`href="/blog/authors/ada">${picture('a')}Ada</a>`)]).toEqual([path, true]);
      expect([path, html.match(/class="avatar/g)?.length]).toEqual([path, path === '/blog/posts/own' ? 2 : 1]);
    }
    expect(await read('/blog/posts/own')).toContain(`<p class="meta">${picture('b')}<b dir="auto">grace</b>`);
  });

  it('is said to oneself above the form of a comment', async () => {
    const { app } = blog();
    const ada = browser(app);
    ada.cookies.set('dormouse_access', accessToken('ada', startMs / 1000 + 900));
    await ada.get('/blog/posts/own');
    expect(ada.text()).toContain('<bdi>Ada &lt;Lovelace&gt;</bdi>');
  });

  it('is the user name while it cannot be read, and no such page is kept', async () => {
    const { kept, read } = blog('Ada', { displayNames: { of: async () => unread } });
    for (const path of ['/blog/', '/blog/posts/own', '/blog/feed.xml', '/blog/posts/own/comments/feed.xml'])
      expect(await read(path)).toContain(path.includes('comments') ? '<feed' : 'ada<');
    expect(kept.size).toBe(0);
  });

  it('is named to shared caches, by one name where it is said of many', async () => {
    setPurgeForm('surrogate-key');
    const { app, said } = blog();
    const keysOf = async (path: string) =>
      (await app.request(`http://blog.test${path}`)).headers.get('surrogate-key')?.split(' ');
    said.push(aComment({ id: 1, author: 'Grace' }), aComment({ id: 2, author: 'Guest', isGuest: true }));
    expect(await keysOf('/blog/')).toEqual(expect.arrayContaining(['name-ada', 'name-edna']));
    const keys = await keysOf('/blog/posts/own');
    expect(keys?.filter((key) => key.startsWith('name'))).toEqual(['name-ada', 'name-grace']);
    said.push(...Array.from({ length: 41 }, (_, n) => aComment({ id: 10 + n, author: `user${n}` })));
    expect((await keysOf('/blog/posts/edna'))?.filter((key) => key.startsWith('name'))).toEqual(['names']);
  });
});
