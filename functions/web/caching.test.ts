import { cacheFaults } from '@dormouse/runtime/cache-laws.fixture';
import { fail } from '@dormouse/runtime/errors';
import { describe, expect, it } from 'vitest';
import { accessToken, aPost, startMs, world } from './app.fixture.ts';
import { preloadedFontPaths } from './assets/addresses.ts';
import { feedFormats } from './feed-formats.ts';

const token = accessToken('ada', startMs / 1000 + 900);

/** A blog with everything that an address can lead to. */
function blog() {
  const { web } = world();
  const { app, stored, kept } = world({
    posts: {
      ...web.posts,
      async bySlug(slug, by) {
        if (slug === 'renamed') return { moved: 'post' };
        if (slug === 'renamed-draft' && by === token) return { moved: 'draft' };
        const found = stored.find((post) => post.slug === slug && (post.status === 'published' || by === token));
        return found ? { post: found, etag: '"1-1"' } : fail('not_found', 'There is no such post.');
      },
      async list({ tag }) {
        if (tag === 'none') return { posts: [] };
        return { posts: stored.filter(({ status }) => status === 'published') };
      },
    },
    media: { ...web.media, read: async (hash) => (hash.startsWith('a') ? new Uint8Array([1]) : undefined) },
  });
  stored.push(
    aPost({ slug: 'post', content: 'Words. '.repeat(400) }),
    aPost({ slug: 'draft', status: 'draft', content: 'Words. '.repeat(400) }),
    ...Array.from({ length: 20 }, () => aPost()),
  );
  return { app, kept };
}

/** What stands for the parameters of a route. */
const examples: Record<string, readonly string[]> = {
  '/blog/posts/:slug': ['post', 'draft', 'renamed', 'renamed-draft', 'none'].map((slug) => `/blog/posts/${slug}`),
  '/blog/posts/:slug/comments/feed.xml': ['post', 'draft', 'renamed', 'none'].map(
    (slug) => `/blog/posts/${slug}/comments/feed.xml`,
  ),
  '/blog/posts/:slug/edit': ['/blog/posts/post/edit', '/blog/posts/none/edit'],
  '/blog/posts/:slug/delete': ['/blog/posts/post/delete', '/blog/posts/none/delete'],
  '/blog/posts/:slug/preview': ['/blog/posts/draft/preview', '/blog/posts/none/preview'],
  '/blog/previews/:key': [`/blog/previews/${'k'.repeat(24)}`, '/blog/previews/none'],
  '/blog/posts/:slug/revisions': ['/blog/posts/post/revisions?version=1', '/blog/posts/none/revisions'],
  '/blog/categories/:slug': ['general', 'csharp', 'none'].map((slug) => `/blog/categories/${slug}`),
  ...Object.fromEntries(
    feedFormats.flatMap(({ file }) => [
      [
        `/blog/categories/:categories/${file}`,
        ['general', 'csharp', 'none'].map((slug) => `/blog/categories/${slug}/${file}`),
      ],
      [`/blog/tags/:tags/${file}`, ['sleep', 'Sleep', 'none'].map((slug) => `/blog/tags/${slug}/${file}`)],
      [`/blog/authors/:authors/${file}`, ['ada', 'none'].map((name) => `/blog/authors/${name}/${file}`)],
      [`/blog/categories/:categories/tags/:tags/${file}`, [`/blog/categories/general/tags/Sleep/${file}`]],
      [`/blog/authors/:authors/categories/:categories/${file}`, [`/blog/authors/ada/categories/csharp/${file}`]],
      [`/blog/authors/:authors/tags/:tags/${file}`, [`/blog/authors/ada/tags/sleep/${file}`]],
    ]),
  ),
  '/blog/tags/:slug': ['sleep', 'Sleep', 'none'].map((slug) => `/blog/tags/${slug}`),
  '/blog/archive/:year/:month': ['2026/06', '2026/13'].map((month) => `/blog/archive/${month}`),
  '/blog/authors/:name': ['ada', 'none'].map((name) => `/blog/authors/${name}`),
  '/blog/comments/:id{[0-9]+}': ['/blog/comments/7', '/blog/comments/999'],
  '/blog/webhooks/:id': ['/blog/webhooks/1', '/blog/webhooks/x'],
  '/blog/media/:hash': [`/blog/media/${'a'.repeat(64)}`, `/blog/media/${'b'.repeat(64)}`, '/blog/media/x'],
  '/assets/accent/:name': ['/assets/accent/0b5fa5-7db4ff.css', '/assets/accent/none.css'],
  '/assets/colors/:name': ['/assets/colors/1d6fa5.css', '/assets/colors/none.css'],
  '/assets/:name{style-[0-9a-f]{12}\\.css}': ['/assets/style-000000000000.css'],
  '/assets/:name{fonts-[0-9a-f]{12}\\.css}': ['/assets/fonts-000000000000.css'],
  '/assets/:name{font-[a-z-]+-[0-9a-f]{12}\\.woff2}': [...preloadedFontPaths, '/assets/font-x-000000000000.woff2'],
  '/assets/:name{editor-[0-9a-f]{12}\\.js}': ['/assets/editor-000000000000.js'],
  '/assets/:name{passkey-[0-9a-f]{12}\\.js}': ['/assets/passkey-000000000000.js'],
  '/blog/account/identities/:id/unlink': ['/blog/account/identities/gh/unlink'],
  '/blog/account/passkeys/:id': ['/blog/account/passkeys/pk', '/blog/account/passkeys/none'],
  '/sitemap.xml': ['/sitemap.xml', '/sitemap.xml?part=9'],
  '/blog/login': ['/blog/login', '/blog/login?next=/stats'],
};

const axes = {
  cookie: [
    undefined,
    `dormouse_access=${token}`,
    'dormouse_refresh=refresh.ada',
    'dormouse_form=s.secret',
    'theme=dark',
    'dormouse_theme=sepia',
  ],
  accept: [undefined, 'text/html', 'application/json'],
  'accept-encoding': [undefined, 'gzip, br', 'gzip', 'gzip;q=0', 'zstd, br;q=0.1'],
};

describe('what is said to caches', () => {
  const { app, kept } = blog();
  const ask = (address: string, headers: Record<string, string>) =>
    app.request(`http://blog.test${address}`, { headers });
  const routes = app.routes.filter(({ method }) => method === 'GET').map(({ path }) => path);
  const addresses = [...new Set(routes)].flatMap((path) => examples[path] ?? [path]);

  it.each([...addresses, '/none'])('of %s is true whatever is sent with the request', async (address) => {
    expect(address).not.toContain(':');
    const before = new Set(kept.keys());
    const first = await ask(address, { accept: 'text/html', 'accept-encoding': 'gzip, br' });
    // Who asks first need not ask twice for less.
    for (const [key, page] of kept)
      if (!before.has(key) && page.body.length > 1400) expect(first.headers.get('content-encoding')).toBe('br');
    // The length of a form's token, compressed beside what the address says, would tell the token (BREACH).
    const own = await ask(address, {
      cookie: `dormouse_access=${token}`,
      accept: 'text/html',
      'accept-encoding': 'br',
    });
    if ((own.headers.get('cache-control') ?? '').includes('private'))
      expect(own.headers.get('content-encoding')).toBe(null);
    expect(await cacheFaults(ask, address, axes)).toEqual([]);
  });

  it('of a draft that was renamed keeps its new name to its author', async () => {
    const address = '/blog/posts/renamed-draft';
    const own = await ask(address, { cookie: `dormouse_access=${token}` });
    expect([own.status, own.headers.get('location')]).toEqual([301, '/blog/posts/draft']);
    expect([own.headers.get('cache-control'), own.headers.get('vary')]).toEqual(['private, no-store', 'Cookie']);
    expect((await ask(address, {})).status).toBe(404);
  });

  it('of /stats goes by what is liked most', async () => {
    const typeFor = async (accept: string) => (await ask('/stats', { accept })).headers.get('content-type');
    expect(await typeFor('application/json, text/html;q=0.1')).toBe('application/json');
    expect(await typeFor('text/html;q=0, */*')).toBe('application/json');
    expect(await typeFor('text/html, */*;q=0.8')).toBe('text/html; charset=utf-8');
  });

  it('goes with a renewed cookie that a redirect does not lose', async () => {
    const moved = await ask('/blog/posts/renamed', { cookie: 'dormouse_refresh=refresh.ada' });
    expect([moved.status, moved.headers.getSetCookie().map((line) => line.split('=')[0])]).toEqual([
      301,
      ['dormouse_access', 'dormouse_refresh', 'dormouse_form'],
    ]);
  });
});
