import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPost, browser, world } from './app.fixture.ts';
import { redirectsIn } from './redirects.ts';

function blog() {
  const made = world();
  made.stored.push(aPost({ slug: 'on-sleep' }), aPost({ slug: '정원의-봄' }));
  Object.assign(made.moved, {
    '/2019/03/on sleep.html': 'on-sleep',
    '/beds/정원의-봄.html': '정원의-봄',
    '/blog/posts/former': 'on-sleep',
    '/blog/posts/gone': 'gone',
    '/': 'on-sleep',
    '/stats': 'on-sleep',
    '/?p=12': 'on-sleep',
    '/blog/?p=13': '정원의-봄',
    '/old/?p=14': 'on-sleep',
    '/?p=15': 'gone',
  });
  const lead = async (path: string, headers: Record<string, string> = {}) => {
    const response = await made.app.request(path, { headers });
    return [response.status, response.headers.get('location')];
  };
  return { ...made, lead };
}

describe('an address of before', () => {
  it('leads to the post from any path that has no page, in any spelling', async () => {
    const { lead } = blog();
    for (const path of [
      '/2019/03/on%20sleep.html',
      '/2019/03/on%20sleep.html/',
      '/2019/03/on%20sleep.html?utm_source=x',
      '/blog/posts/former',
    ])
      expect(await lead(path)).toEqual([301, '/blog/posts/on-sleep']);
    const korean = '/blog/posts/%EC%A0%95%EC%9B%90%EC%9D%98-%EB%B4%84';
    expect(await lead(encodeURI('/beds/정원의-봄.html'))).toEqual([301, korean]);
    expect(await lead(encodeURI('/beds/정원의-봄.html'.normalize('NFD')))).toEqual([301, korean]);
  });
  it('leads programs there too, and who is logged in', async () => {
    const { app, lead } = blog();
    expect((await lead('/2019/03/on%20sleep.html', { accept: 'application/json' }))[0]).toBe(301);
    expect((await app.request('/2019/03/on%20sleep.html', { method: 'HEAD' })).status).toBe(301);
    const ada = browser(app);
    await ada.logIn();
    const moved = await ada.get('/2019/03/on%20sleep.html');
    expect([moved.status, moved.headers.get('cache-control')]).toEqual([301, 'private, no-store']);
  });
  it('never takes the place of a page, and never leads to itself', async () => {
    const { lead } = blog();
    expect([await lead('/'), await lead('/stats'), await lead('/blog/posts/gone')]).toEqual([
      [200, null],
      [200, null],
      [404, null],
    ]);
    expect((await lead('/nothing'))[0]).toBe(404);
  });
  it('of WordPress is the start page with the number of a post', async () => {
    const { lead } = blog();
    const korean = '/blog/posts/%EC%A0%95%EC%9B%90%EC%9D%98-%EB%B4%84';
    for (const path of ['/?p=12', '/?page_id=12', '/?utm=x&p=12', '/index.php?p=12', '/old/?p=14'])
      expect(await lead(path), path).toEqual([301, '/blog/posts/on-sleep']);
    expect([await lead('/blog/?p=13'), await lead('/blog/?p=12')]).toEqual([
      [301, korean],
      [200, null],
    ]);
    expect([await lead('/?p=99'), await lead('/?p=15'), await lead('/?p=x')]).toEqual([
      [200, null],
      [301, '/blog/posts/gone'],
      [200, null],
    ]);
  });
  it('is for reading alone', async () => {
    expect((await blog().app.request('/2019/03/on%20sleep.html', { method: 'POST' })).status).toBe(404);
  });
  it.each(['/feed/', '/rss.xml', '/atom.xml', '/index.xml', '/blog/index.xml', '/blog/feed'])(
    'of a feed (%s) leads to the feed',
    async (path) => {
      expect(await blog().lead(path)).toEqual([301, '/blog/feed.xml']);
    },
  );
  it('leads to no other site, whatever it is and whatever a post is called', async () => {
    await fc.assert(
      fc.asyncProperty(fc.webPath(), fc.string({ minLength: 1, unit: 'binary' }), async (path, slug) => {
        const { app, web } = world({ redirects: { slugAt: async () => slug } });
        expect(web.redirects).toBeDefined();
        const location = (await app.request(`/old${path}`)).headers.get('location');
        if (location === null) return;
        expect(location).toMatch(/^\/blog\/posts\/[^/]+$/);
        expect(new URL(location, 'https://blog.test/').origin).toBe('https://blog.test');
      }),
      { numRuns: 50 },
    );
  });
  it('is nowhere while the database does not answer', async () => {
    const warned: unknown[] = [];
    const down = Object.assign(() => Promise.reject(new Error('down')), {}) as never;
    const redirects = redirectsIn(down, { warn: (...said: unknown[]) => void warned.push(said) } as never);
    expect(await redirects.slugAt('/x')).toBeUndefined();
    expect(warned).toHaveLength(1);
  });
});

describe('in the database', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    // web first: its role must be there when posts grants it something, as in migrationsOf every role is.
    db = await testDatabase('web', 'categories', 'posts');
  });
  afterAll(() => db.drop());

  it('web may ask where an address leads, and nothing else of posts', async () => {
    await db.admin`
      WITH post AS (
        INSERT INTO posts.posts (author_id, author, category_id, status, slug, title, excerpt, content, updated_at)
        SELECT 1, 'ann', id, 'published', 'on-sleep', 'x', '', 'x', now() FROM categories.categories LIMIT 1 RETURNING id
      )
      INSERT INTO posts.addresses (path, post_id) SELECT '/2019/title', id FROM post`;
    const redirects = redirectsIn(db.as('web'), { warn: () => {} });
    expect(await redirects.slugAt('/2019/title')).toBe('on-sleep');
    expect(await redirects.slugAt('/2019')).toBeUndefined();
    await expect(db.as('web')`SELECT * FROM posts.addresses`).rejects.toThrow('permission denied');
  });
});
