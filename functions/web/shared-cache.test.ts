import { AppError } from '@dormouse/runtime/errors';
import { setPurgeForm } from '@dormouse/runtime/surrogate-keys';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPost, colours, world } from './app.fixture.ts';
import type { ReadyPicture } from './article-pictures.ts';
import { feedFormats } from './feed-formats.ts';
import type { Post } from './posts.ts';
import { type SharedCacheOptions, sharedCacheAt } from './shared-cache.ts';

type Sent = Parameters<SharedCacheOptions['request']>;

/** A cache's address, with what came there; it answers `status`. */
function purged(own: Partial<SharedCacheOptions> = {}, status = 200) {
  const sent: Sent[] = [];
  const later: (() => void)[] = [];
  const cache = sharedCacheAt({
    url: 'https://cdn.test/purge',
    form: 'surrogate-key',
    token: 'secret',
    request: async (...request) => {
      sent.push(request);
      return { ok: status < 300, status };
    },
    later: (work) => void later.push(work),
    ...own,
  });
  const pass = () => {
    for (const work of later.splice(0)) work();
  };
  return { cache, sent, pass };
}

describe('a shared cache', () => {
  it('is told by a header of all that changed within a moment', async () => {
    const { cache, sent, pass } = purged();
    const told = [cache.purge(['posts', 'post-1']), cache.purge(['posts', 'post-2'])];
    pass();
    await Promise.all(told);
    expect(sent).toEqual([
      [
        'https://cdn.test/purge',
        {
          method: 'POST',
          timeoutMs: 5000,
          repeatable: true,
          headers: { 'surrogate-key': 'posts post-1 post-2', 'fastly-key': 'secret' },
        },
      ],
    ]);
  });
  it('is told by tags in a body, thirty in a request', async () => {
    const { cache, sent, pass } = purged({ form: 'cache-tag' });
    const keys = Array.from({ length: 70 }, (_, n) => `post-${n}`);
    const told = cache.purge(keys);
    pass();
    await told;
    const bodies = sent.map(([, { body }]) => JSON.parse(String(body)).tags as string[]);
    expect([bodies.map(({ length }) => length), bodies.flat()]).toEqual([[30, 30, 10], keys]);
    expect(sent[0]?.[1].headers).toEqual({ 'content-type': 'application/json', authorization: 'Bearer secret' });
  });
  it('needs no token', async () => {
    const { cache, sent, pass } = purged({ token: '' });
    const told = cache.purge(['blog']);
    pass();
    await told;
    expect(sent[0]?.[1].headers).toEqual({ 'surrogate-key': 'blog' });
  });
  it.each([
    ['refuses', {}, 'it answered 429'],
    ['does not answer', { request: () => Promise.reject(new Error('ECONNREFUSED')) }, 'ECONNREFUSED'],
  ])('that %s: everybody who told it learns that, and the next one tries anew', async (_, own, said) => {
    const { cache, pass } = purged(own, 429);
    for (let turn = 0; turn < 2; turn++) {
      const told = Promise.allSettled([cache.purge(['blog']), cache.purge(['posts'])]);
      pass();
      for (const outcome of await told)
        expect(outcome).toMatchObject({
          status: 'rejected',
          reason: { code: 'unavailable', detail: `The shared cache was not told of a change: ${said}.` },
        });
    }
  });
});

const when = '2026-06-04T10:00:00Z';
const month = (day: number) => `2026-05-${String(day).padStart(2, '0')}T10:00:00Z`;

/** A blog behind a cache that keeps what it is allowed to until one of its keys is purged. */
function behindACache() {
  const kept = new Map<string, { text: string; keys: string[] }>();
  let fresh = 0;
  const { app, web, stored, settings, profile, names, faces, later } = world({
    sharedCache: sharedCacheAt({
      url: 'https://cdn.test/purge',
      form: 'surrogate-key',
      token: '',
      request: async (_, { headers }) => {
        const purgedKeys = new Set(headers?.['surrogate-key']?.split(' '));
        for (const [path, { keys }] of kept) if (keys.some((key) => purgedKeys.has(key))) kept.delete(path);
        return { ok: true, status: 200 };
      },
      later: (work) => queueMicrotask(work),
    }),
  });
  const origin = async (path: string) =>
    app.request(`http://blog.test${path}`, { headers: { host: 'blog.test', accept: 'text/html' } });
  const read = async (path: string) => {
    const found = kept.get(path);
    if (found) return found.text;
    fresh++;
    const response = await origin(path);
    const text = await response.text();
    if (response.headers.has('cdn-cache-control'))
      kept.set(path, { text, keys: response.headers.get('surrogate-key')?.split(' ') ?? [] });
    return text;
  };
  const happened = async (type: string, source: string, data: object) => {
    const answer = app.request('/events', {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify({ specversion: '1.0', id: 'e', type, source, subject: 's', time: when, data }),
    });
    let done = false;
    void Promise.resolve(answer).finally(() => (done = true));
    for (let turn = 0; !done && turn < 1000; turn++) {
      for (const work of later.splice(0)) work();
      await new Promise(setImmediate);
    }
    expect((await answer).status).toBe(204);
  };
  const ofPost = (what: string, post: Post) =>
    happened(`dev.dormouse.post.${what}.v1`, '/posts', {
      id: post.id,
      version: 2,
      slug: post.slug,
      title: post.title,
      author: post.author,
      status: post.status,
      kind: post.kind,
      category: { id: post.category.id, name: post.category.name, slug: post.category.slug },
      tags: post.tags,
      created_at: post.created_at,
      updated_at: post.updated_at,
    });
  stored.push(
    ...Array.from({ length: 12 }, (_, n) =>
      aPost({
        slug: `p${n}`,
        title: `Title ${n}`,
        author: n % 3 ? 'ada' : 'edna',
        category: colours[n % 2] as never,
        tags: n % 4 ? ['Sleep'] : ['Wake'],
        created_at: month(28 - n),
      }),
    ),
  );
  Object.assign(settings, { posts_per_page: 5 });
  const addresses = async (): Promise<string[]> => {
    const all: string[] = [];
    const found = [
      '/blog/',
      ...['general', 'c-sharp'].map((slug) => `/blog/categories/${slug}`),
      ...['sleep', 'wake'].map((slug) => `/blog/tags/${slug}`),
      ...['ada', 'edna'].map((name) => `/blog/authors/${name}`),
      '/blog/archive/2026/05',
    ];
    // The pages of every list.
    while (found.length > 0) {
      const path = found.shift() as string;
      all.push(path);
      const next = /<a rel="next" href="([^"]*\?after=[^"]*)">/.exec(await (await origin(path)).text())?.[1];
      if (next) found.push(next);
    }
    const feeds = ['/blog', '/blog/categories/general', '/blog/tags/sleep', '/blog/authors/ada']
      .concat('/blog/categories/c-sharp/tags/sleep', '/blog/authors/ada/tags/sleep')
      .flatMap((path) => feedFormats.map(({ file }) => `${path}/${file}`));
    const posts = stored.map(({ slug }) => `/blog/posts/${slug}`);
    return [
      ...all,
      ...feeds,
      ...posts,
      ...['/blog/archive', '/blog/tags', '/blog/categories', '/stats', '/sitemap.xml', '/docs/api'],
    ];
  };
  return { web, stored, settings, profile, names, faces, read, origin, happened, ofPost, addresses, made: () => fresh };
}
type Blog = ReturnType<typeof behindACache>;

const changes: [string, (blog: Blog) => Promise<void>][] = [
  [
    'a new post',
    async ({ stored, ofPost }) => {
      const post = aPost({ slug: 'new', category: colours[0] as never, tags: ['Sleep'], created_at: month(29) });
      stored.unshift(post);
      await ofPost('published', post);
    },
  ],
  [
    'a post of long ago',
    async ({ stored, ofPost }) => {
      const post = aPost({ slug: 'old', category: colours[1] as never, tags: ['Wake'], created_at: month(20) });
      stored.splice(7, 0, post);
      await ofPost('published', post);
    },
  ],
  [
    'another title and text',
    async ({ stored, ofPost }) => {
      Object.assign(stored[6]!, { title: 'Other title', content: 'Other text.', excerpt: 'Other.' });
      await ofPost('updated', stored[6]!);
    },
  ],
  [
    'another category, and a tag less',
    async ({ stored, ofPost }) => {
      Object.assign(stored[5]!, { category: colours[0], tags: [] });
      await ofPost('updated', stored[5]!);
    },
  ],
  [
    'a draft again',
    async ({ stored, ofPost }) => {
      stored[4]!.status = 'draft';
      await ofPost('unpublished', stored[4]!);
    },
  ],
  ['a deletion', async ({ stored, ofPost }) => ofPost('deleted', stored.splice(0, 1)[0]!)],
  [
    'a page',
    async ({ stored, ofPost }) => {
      const page = aPost({ slug: 'about', kind: 'page' });
      stored.push(page);
      await ofPost('published', page);
    },
  ],
  [
    'another name of the blog',
    async ({ settings, happened }) => {
      settings.title = 'Other blog';
      const data = { version: 2, title: 'Other blog', language: 'en', changed: ['title'], changed_by: 1 };
      await happened('dev.dormouse.blog.updated.v1', '/auth', data);
    },
  ],
  [
    'what an author says of themselves',
    async ({ profile, happened }) => {
      profile.bio = 'Other words.';
      const data = { id: 1, username: 'ada', role: 'author', suspended: false, changed: ['bio'] };
      await happened('dev.dormouse.user.updated.v1', '/auth', data);
    },
  ],
  [
    'another name of an author',
    async ({ profile, names, happened }) => {
      profile.display_name = 'Ada Lovelace';
      names.set('ada', 'Ada Lovelace');
      const data = { id: 1, username: 'ada', role: 'author', suspended: false, changed: ['display_name'] };
      await happened('dev.dormouse.user.updated.v1', '/auth', data);
    },
  ],
  [
    'another picture of an author',
    async ({ profile, faces, happened }) => {
      profile.picture = 'a'.repeat(64);
      faces.set('ada', 'a'.repeat(64));
      const data = { id: 1, username: 'ada', role: 'author', suspended: false, changed: ['picture'] };
      await happened('dev.dormouse.user.updated.v1', '/auth', data);
    },
  ],
];

describe('behind a cache that keeps pages for a day', () => {
  beforeAll(() => setPurgeForm('surrogate-key'));
  afterAll(() => setPurgeForm(undefined));

  it.each(changes)('after %s every address shows what the blog shows', async (_, change) => {
    const blog = behindACache();
    const addresses = await blog.addresses();
    for (const path of addresses) await blog.read(path);
    await change(blog);
    for (const path of new Set([...addresses, ...(await blog.addresses())]))
      expect([path, await blog.read(path)]).toEqual([path, await (await blog.origin(path)).text()]);
  });

  it('a post that changes costs neither the pages of other categories, nor those of other authors', async () => {
    const blog = behindACache();
    const addresses = await blog.addresses();
    for (const path of addresses) await blog.read(path);
    const before = blog.made();
    for (const path of addresses) await blog.read(path);
    expect(blog.made()).toBe(before);
    await changes[2]![1](blog);
    const untouched = ['/blog/posts/p1', '/blog/posts/p3', '/blog/authors/ada', '/docs/api'];
    for (const path of untouched) await blog.read(path);
    expect(blog.made()).toBe(before);
    for (const path of addresses) await blog.read(path);
    expect(blog.made() - before).toBeLessThan(addresses.length * 0.8);
  });

  it('an event is not taken before the cache was told twice, and comes again when it could not be told', async () => {
    let told = 0;
    const later: (() => void)[] = [];
    const { app, stored } = world({
      later: (work) => void later.push(work),
      sharedCache: { purge: async () => void told++ },
    });
    stored.push(aPost());
    const send = (to: Pick<typeof app, 'request'>) =>
      to.request('/events', {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents+json' },
        body: JSON.stringify({
          specversion: '1.0',
          id: 'e',
          type: 'dev.dormouse.user.updated.v1',
          source: '/auth',
          subject: 'user/1',
          time: when,
          data: { id: 1, username: 'ada', role: 'author', suspended: false, changed: ['bio'] },
        }),
      });
    let taken = false;
    const answer = Promise.resolve(send(app)).finally(() => (taken = true));
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect([told, taken]).toEqual([1, false]);
    for (const work of later.splice(0)) work();
    expect((await answer).status).toBe(204);
    expect(told).toBe(2);
    const refused = world({
      sharedCache: { purge: () => Promise.reject(new AppError('unavailable', 'The shared cache was not told.')) },
    });
    expect((await send(refused.app)).status).toBe(503);
  });

  it('that does not answer is told when it does, and the event is taken meanwhile', async () => {
    const owed = new Set<string>();
    const told: string[][] = [];
    let answers = false;
    const later: (() => void)[] = [];
    const topics: string[] = [];
    const { app } = world({
      later: (work) => void later.push(work),
      hubs: { urls: [], changed: (changed) => void topics.push(...changed) },
      sharedCache: {
        async purge(keys) {
          if (!answers) throw new AppError('unavailable', 'The shared cache was not told.');
          told.push([...keys]);
        },
      },
      owedPurges: {
        note: async (keys) => keys.forEach((key) => void owed.add(key)),
        async settle(tell) {
          const keys = [...owed];
          try {
            if (keys.length > 0) await tell(keys);
          } catch (error) {
            return { told: 0, left: owed.size, ageSeconds: 1, error };
          }
          owed.clear();
          return { told: keys.length, left: 0, ageSeconds: 0 };
        },
      },
    });
    const send = (type: string, source: string, data: object) =>
      app.request('/events', {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents+json' },
        body: JSON.stringify({ specversion: '1.0', id: 'e', type, source, subject: 's', time: when, data }),
      });
    const hash = 'ab'.repeat(32);
    expect((await send('dev.dormouse.media.deleted.v1', '/media', { hash })).status).toBe(204);
    expect([...owed]).toEqual(['picture-abababababababab', 'pictures']);
    const tick = () => app.request('/events/purges', { method: 'POST' });
    expect(await (await tick()).json()).toEqual({ told: 0, left: 2 });
    const fromOutside = { method: 'POST', headers: { 'x-client-address': '192.0.2.7' } };
    expect((await app.request('/events/purges', fromOutside)).status).toBe(404);
    answers = true;
    expect([await (await tick()).json(), topics.includes('/blog/feed.xml')]).toEqual([{ told: 2, left: 0 }, true]);
    // An instance that is still there does not wait for the timer.
    answers = false;
    await send('dev.dormouse.media.deleted.v1', '/media', { hash });
    answers = true;
    for (const work of later.splice(0)) work();
    await new Promise(setImmediate);
    expect([owed.size, told.at(-1)]).toEqual([0, ['picture-abababababababab', 'pictures']]);
  });

  it('keeps what names a picture that is being made for a minute only, and is told when it is there', async () => {
    const hash = 'ab'.repeat(32);
    const ready = new Map<string, ReadyPicture>();
    const pictures = {
      ...world().web.pictures,
      ready: async () => ({ pictures: ready, complete: true }),
      show: async (html: string) => ({
        html,
        colors: [],
        complete: true,
        named: html.includes('<img') ? [hash] : [],
        pending: html.includes('<img') && ready.size === 0,
      }),
    };
    const blog = world({ pictures });
    blog.stored.push(
      aPost({ slug: 'cover', cover: hash }),
      aPost({ slug: 'text', content: `![x](/blog/media/pictures/${hash}-1280.jpg)` }),
    );
    const held = async (path: string) => {
      const { headers } = await blog.app.request(path, { headers: { accept: 'text/html' } });
      return [headers.get('surrogate-control')?.split(',')[0], headers.get('surrogate-key')?.includes('picture-abab')];
    };
    const paths = ['/blog/', '/blog/posts/cover', '/blog/posts/text', '/blog/authors/ada', '/blog/feed.xml'];
    for (const path of paths) expect([path, ...(await held(path))]).toEqual([path, 'max-age=60', true]);
    ready.set(hash, { hash, width: 1, height: 1, color: '#000000', animated: false, variants: [] });
    await blog.web.pages.purge('page:');
    for (const path of paths) expect([path, ...(await held(path))]).toEqual([path, 'max-age=86400', true]);
  });
});
