import { fail } from '@dormouse/runtime/errors';
import { Parser } from 'htmlparser2';
import { describe, expect, it } from 'vitest';
import { aComment, aPost, colours, world } from './app.fixture.ts';

/** Element names in order; throws nothing, so balance is checked by the caller. */
function elements(xml: string): { open: string[]; depth: number; text: Record<string, string[]> } {
  const open: string[] = [];
  const stack: string[] = [];
  const text: Record<string, string[]> = {};
  const parser = new Parser(
    {
      onopentag: (name) => {
        open.push(name);
        stack.push(name);
      },
      onclosetag: () => void stack.pop(),
      ontext: (data) => void (text[stack.at(-1) ?? ''] ??= []).push(data),
    },
    { xmlMode: true },
  );
  parser.end(xml);
  return { open, depth: stack.length, text };
}

/** Text of elements by name, and their attributes, in order. */
function read(xml: string): { texts: Record<string, string[]>; attributes: [string, Record<string, string>][] } {
  const texts: Record<string, string[]> = {};
  const attributes: [string, Record<string, string>][] = [];
  const within: { name: string; text: string }[] = [];
  const parser = new Parser(
    {
      onopentag(name, given) {
        within.push({ name, text: '' });
        attributes.push([name, given]);
      },
      onclosetag() {
        const { name, text } = within.pop()!;
        (texts[name] ??= []).push(text);
      },
      ontext: (text) => void (within.length > 0 && (within.at(-1)!.text += text)),
    },
    { xmlMode: true },
  );
  parser.end(xml);
  return { texts, attributes };
}

describe('feeds', () => {
  const rendered = '<p>Some <em>text</em>.</p>';
  const files = {
    'feed.xml': 'application/atom+xml',
    'rss.xml': 'application/rss+xml',
    'feed.json': 'application/feed+json',
  };

  it('have the whole texts in each format, with whole addresses', async () => {
    const { app, stored } = world();
    const content = 'Some *text*.\n\n[Here](#there), [there](/blog/posts/b), ![x](/blog/media/1)';
    stored.push(aPost({ title: 'A & b', slug: 'a', content, tags: ['C#', 'Sleep'] }), aPost({ content: '' }));
    const page = 'https://blog.test/blog/posts/a';
    const text = async (file: string) => {
      const response = await app.request(`https://blog.test/blog/${file}`);
      expect(response.headers.get('content-type')).toBe(`${files[file as keyof typeof files]}; charset=utf-8`);
      return response.text();
    };
    const atom = elements(await text('feed.xml'));
    const rss = elements(await text('rss.xml'));
    const json = JSON.parse(await text('feed.json'));
    const html = json.items[0].content_html as string;
    expect(html).toContain(rendered);
    for (const address of [
      `${page}#user-content-there`,
      'https://blog.test/blog/posts/b',
      'https://blog.test/blog/media/1',
    ])
      expect(html).toContain(`="${address}"`);
    expect(atom.text.content?.join('')).toContain(html);
    expect(rss.text['content:encoded']?.join('')).toContain(html);
    expect([atom.depth, rss.depth]).toEqual([0, 0]);
    const id = `tag:dormouse.dev,2026:post:${stored[0]?.id}:${Date.parse(stored[0]?.created_at as string)}`;
    expect(json).toMatchObject({
      version: 'https://jsonfeed.org/version/1.1',
      feed_url: 'https://blog.test/blog/feed.json',
    });
    expect(json.items[0]).toMatchObject({ url: page, title: 'A & b', tags: ['General', 'C#', 'Sleep'] });
    expect(
      [json.items[0].id, rss.text.guid?.[0], atom.text.id?.[1]].map((each) => each.split(':').slice(2).join(':')),
    ).toEqual([id, id, id].map((each) => each.split(':').slice(2).join(':')));
    expect(new Date(rss.text.pubDate?.[0] as string).getTime()).toBe(Date.parse(stored[0]?.created_at as string));
  });

  it('have a summary where the text does not come, or is too much', async () => {
    const { app, stored, web } = world();
    const bySlug = async (slug: string) => (slug === 'a' ? fail('unavailable', 'x') : web.posts.bySlug(slug));
    stored.push(aPost({ slug: 'a' }), aPost({ slug: 'b', content: 'x '.repeat(600_000) }), aPost({ slug: 'c' }));
    const broken = world({ posts: { ...web.posts, bySlug } });
    broken.stored.push(...stored);
    expect(await (await app.request('/blog/posts/a')).status).toBe(200);
    const { items } = await (await broken.app.request('http://blog.test/blog/feed.json')).json();
    expect(items[0]).toMatchObject({ content_text: 'In short.' });
    expect(items[1]).toMatchObject({ content_text: 'In short.' });
  });

  it('name the hubs that tell of new posts', async () => {
    const hub = 'https://hub.example/?a=1&b=2';
    const { app } = world({ hubs: { urls: [hub], changed: () => {} } });
    const text = async (file: string) => (await app.request(`http://blog.test/blog/${file}`)).text();
    expect(await text('feed.xml')).toContain('<link rel="hub" href="https://hub.example/?a=1&amp;b=2"/>');
    expect(await text('rss.xml')).toContain('<atom:link rel="hub" href="https://hub.example/?a=1&amp;b=2"/>');
    expect(JSON.parse(await text('feed.json'))).toMatchObject({ hubs: [{ type: 'WebSub', url: hub }] });
  });
  it('are announced in every format by pages', async () => {
    const { app, stored } = world();
    stored.push(aPost({ tags: ['Sleep'] }));
    const announced = (html: string) =>
      Array.from(
        html.matchAll(/<link rel="alternate" type="([^"]*)" title="[^"]*" href="([^"]*)">/g),
        ([, ...found]) => found,
      );
    for (const [path, below] of [
      ['/blog/', []],
      ['/blog/tags/sleep', ['/blog/tags/sleep']],
      ['/blog/categories/general', ['/blog/categories/general']],
      ['/blog/authors/ada', ['/blog/authors/ada']],
    ] as const)
      expect(announced(await (await app.request(path)).text())).toEqual(
        ['/blog', ...below].flatMap((at) => Object.entries(files).map(([file, type]) => [type, `${at}/${file}`])),
      );
  });
});

describe('the feed', () => {
  it('has the newest posts as Atom, with whole addresses of this site', async () => {
    const { app, stored } = world();
    stored.push(aPost({ title: 'A <b> & "c"\u0008', slug: 'a b', byline: ['Ada', 'Grace'] }), aPost());
    const response = await app.request('https://x/blog/feed.xml', {
      // As it comes through two gateways: the second one has its own words for host and protocol.
      headers: {
        host: 'web.dormouse.svc.cluster.local',
        'x-client-origin': 'https://blog.example:8443',
        'x-forwarded-host': 'web.dormouse.svc.cluster.local',
        'x-forwarded-proto': 'http',
      },
    });
    const xml = await response.text();
    expect(response.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8');
    expect(xml).toContain('<link rel="alternate" type="text/html" href="https://blog.example:8443/blog/posts/a%20b"/>');
    expect(xml).toContain('<title>A &lt;b&gt; &amp; &quot;c&quot;</title>');
    expect(xml).toContain('<name>Ada and Grace</name>');
    const { open, depth } = elements(xml);
    expect([open.filter((name) => name === 'entry').length, depth]).toEqual([2, 0]);
    expect(response.headers.get('etag')).toMatch(/^"/);
  });
  it('tells the language of an entry, as far as its script tells it', async () => {
    const { app, stored } = world();
    stored.push(aPost({ title: '関数は眠る', excerpt: '' }), aPost());
    const xml = await (await app.request('/blog/feed.xml')).text();
    expect(xml.match(/<entry[^>]*>/g)).toEqual(['<entry xml:lang="ja">', '<entry>']);
  });
  it("is kept by host, so that one reader's Host is never another's", async () => {
    const { app } = world();
    await app.request('/blog/feed.xml', { headers: { host: 'evil.test' } });
    expect(await (await app.request('/blog/feed.xml', { headers: { host: 'blog.test' } })).text()).not.toContain(
      'evil.test',
    );
    expect((await app.request('/blog/feed.xml', { headers: { host: 'a"><x' } })).status).toBe(400);
  });
});

describe('feeds of a category and of a tag', () => {
  const blog = () => {
    const made = world();
    made.stored.push(
      aPost({ slug: 'both', tags: ['Deep sleep', 'C & C'], category: colours[1] as never }),
      aPost({ slug: 'tag', tags: ['deep sleep'] }),
      aPost({ slug: 'none' }),
    );
    return made.app;
  };
  const feed = async (path: string) => (await blog().request(path, { headers: { host: 'blog.test' } })).text();
  it('have their posts alone, a title and an id of their own', async () => {
    const ofTag = await feed('/blog/tags/deep-sleep/feed.xml');
    expect(ofTag).toContain('<title>Deep sleep · Dormouse</title>');
    expect(ofTag).toContain('<id>tag:blog.example,2026:tag:deep-sleep</id>');
    expect(ofTag).toContain('href="http://blog.test/blog/tags/deep-sleep/feed.xml"/>');
    expect(ofTag).toContain('<link rel="alternate" type="text/html" href="http://blog.test/blog/tags/deep-sleep"/>');
    expect(ofTag.match(/blog\/posts\/\w+/g)).toEqual(['blog/posts/both', 'blog/posts/tag']);
    const ofCategory = await feed('/blog/categories/c-sharp/feed.xml');
    expect(ofCategory).toContain('<title>C# · Dormouse</title>');
    expect(ofCategory.match(/blog\/posts\/\w+/g)).toEqual(['blog/posts/both']);
    expect(elements(ofCategory).depth).toBe(0);
  });
  it('name the tags of an entry beside its category', async () => {
    expect(await feed('/blog/feed.xml')).toContain(
      '<category term="c-sharp" label="C#"/>\n<category term="deep-sleep" label="Deep sleep"/>\n<category term="c-and-c" label="C &amp; C"/>',
    );
  });
  it('move with their category, and are 404 without posts', async () => {
    const moved = await blog().request('/blog/categories/csharp/feed.xml');
    expect([moved.status, moved.headers.get('location')]).toEqual([301, '/blog/categories/c-sharp/feed.xml']);
    expect((await blog().request('/blog/tags/Deep%20sleep/feed.xml')).headers.get('location')).toBe(
      '/blog/tags/deep-sleep/feed.xml',
    );
    for (const path of ['/blog/tags/none/feed.xml', '/blog/categories/none/feed.xml'])
      expect((await blog().request(path)).status).toBe(404);
  });
});

describe('feeds of an author, and of two things', () => {
  const blog = () => {
    const made = world();
    made.stored.push(
      aPost({ slug: 'all', author: 'edna', tags: ['Deep sleep'], category: colours[1] as never }),
      aPost({ slug: 'tag', author: 'edna', tags: ['deep sleep'] }),
      aPost({ slug: 'none' }),
    );
    return made.app;
  };
  const ask = (path: string) => blog().request(path, { headers: { host: 'blog.test' } });
  it.each([
    ['/blog/authors/edna', ['all', 'tag'], 'edna', 'author:edna', '/blog/authors/edna'],
    [
      '/blog/categories/c-sharp/tags/deep-sleep',
      ['all'],
      'C# · Deep sleep',
      'category:2:tag:deep-sleep',
      '/blog/categories/c-sharp',
    ],
    ['/blog/authors/edna/categories/c-sharp', ['all'], 'edna · C#', 'author:edna:category:2', '/blog/authors/edna'],
    [
      '/blog/authors/edna/tags/deep-sleep',
      ['all', 'tag'],
      'edna · Deep sleep',
      'author:edna:tag:deep-sleep',
      '/blog/authors/edna',
    ],
  ])('%s has %j', async (path, slugs, title, id, page) => {
    const xml = await (await ask(`${path}/feed.xml`)).text();
    expect(xml.match(/blog\/posts\/\w+/g)).toEqual(slugs.map((slug) => `blog/posts/${slug}`));
    expect(xml).toContain(`<title>${title} · Dormouse</title>`);
    expect(xml).toContain(`<id>tag:blog.example,2026:${id}</id>`);
    expect(xml).toContain(`<link rel="self" type="application/atom+xml" href="http://blog.test${path}/feed.xml"/>`);
    expect(xml).toContain(`<link rel="alternate" type="text/html" href="http://blog.test${page}"/>`);
    for (const file of ['rss.xml', 'feed.json']) expect((await ask(`${path}/${file}`)).status).toBe(200);
  });
  it.each([
    ['/blog/authors/edna/categories/csharp/feed.xml', '/blog/authors/edna/categories/c-sharp/feed.xml'],
    ['/blog/categories/csharp/tags/deep-sleep/rss.xml', '/blog/categories/c-sharp/tags/deep-sleep/rss.xml'],
    ['/blog/authors/edna/tags/Deep%20sleep/feed.json', '/blog/authors/edna/tags/deep-sleep/feed.json'],
  ])('%s has moved to %s', async (path, to) => {
    const response = await ask(path);
    expect([response.status, response.headers.get('location')]).toEqual([301, to]);
  });
  it('are 404 where nothing is of both', async () => {
    for (const path of ['/blog/authors/none', '/blog/authors/edna/tags/none', '/blog/categories/bold/tags/deep-sleep'])
      expect((await ask(`${path}/feed.xml`)).status).toBe(404);
  });
});

describe('the feed of a post’s comments', () => {
  const path = '/blog/posts/a/comments/feed.xml';
  const get = (app: ReturnType<typeof world>['app']) =>
    app.request(`https://blog.test${path}`, { headers: { host: 'blog.test' } });

  it('is announced by the page, and has the newest first, with whole addresses and what each answers', async () => {
    const { app, stored, said } = world();
    stored.push(aPost({ slug: 'a', title: 'A & b', created_at: '2026-06-04T10:00:00Z' }));
    said.push(
      aComment({ id: 7, author: '<Grace>', content: 'First, [there](/blog/posts/b) <script>' }),
      aComment({ id: 8, parentId: 7, author: 'ada', content: '*Answer*', isEdited: true }),
      aComment({ id: 9, isDeleted: true, author: '', content: '' }),
    );
    expect(await (await app.request('/blog/posts/a')).text()).toContain(
      `<link rel="alternate" type="application/atom+xml" title="Comments on “A &amp; b” · Dormouse" href="${path}">`,
    );
    const response = await get(app);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'application/atom+xml; charset=utf-8',
    ]);
    const { texts, attributes } = read(await response.text());
    const page = 'https://blog.test/blog/posts/a';
    const post = `tag:blog.example,2026:post:${stored[0]!.id}:${Date.parse('2026-06-04T10:00:00Z')}`;
    expect([texts.id, texts.title, texts.name, texts.updated]).toEqual([
      [`${post}:comments`, 'tag:blog.example,2026:comment:8', 'tag:blog.example,2026:comment:7'],
      ['Comments on “A & b” · Dormouse', 'Comment by ada', 'Comment by <Grace>'],
      ['ada', '<Grace>'],
      ['2026-06-05T11:00:00.000Z', '2026-06-05T11:00:00.000Z', '2026-06-05T10:00:00.000Z'],
    ]);
    const links = attributes.filter(([name]) => name === 'link' || name === 'thr:in-reply-to');
    expect(links.map(([, given]) => given)).toEqual([
      { rel: 'self', type: 'application/atom+xml', href: `https://blog.test${path}` },
      { rel: 'alternate', type: 'text/html', href: `${page}#comments` },
      { rel: 'alternate', type: 'text/html', href: `${page}#comment-8` },
      { ref: 'tag:blog.example,2026:comment:7', type: 'text/html', href: `${page}#comment-7` },
      { rel: 'alternate', type: 'text/html', href: `${page}#comment-7` },
      { ref: post, type: 'text/html', href: page },
    ]);
    const content = texts.content?.join('') ?? '';
    expect(content).toContain('<em>Answer</em>');
    expect(content).toContain('href="https://blog.test/blog/posts/b"');
    expect(content).not.toContain('<script');
  });

  it('is there where comments are, and moves with its post', async () => {
    const { app, stored } = world();
    stored.push(
      aPost({ slug: 'a' }),
      aPost({ slug: 'about', kind: 'page' }),
      aPost({ slug: 'draft', status: 'draft' }),
    );
    expect((await get(app)).status).toBe(200);
    for (const slug of ['about', 'draft', 'none'])
      expect([slug, (await app.request(`/blog/posts/${slug}/comments/feed.xml`)).status]).toEqual([slug, 404]);
    const closed = world();
    closed.settings.comments = 'none';
    closed.stored.push(aPost({ slug: 'a' }));
    expect((await get(closed.app)).status).toBe(404);
    expect(await (await closed.app.request('/blog/posts/a')).text()).not.toContain('comments/feed.xml');
    const { web } = world();
    const moved = world({ posts: { ...web.posts, bySlug: async () => ({ moved: 'b' }) } });
    const to = await get(moved.app);
    expect([to.status, to.headers.get('location')]).toEqual([301, '/blog/posts/b/comments/feed.xml']);
  });
});

describe('a page', () => {
  it('is in the site map and in no feed', async () => {
    const { app, stored } = world();
    stored.push(aPost({ kind: 'page', slug: 'about' }));
    const text = async (path: string) => (await app.request(path)).text();
    expect(await text('/sitemap.xml')).toContain('/blog/posts/about</loc>');
    expect(await text('/blog/feed.xml')).not.toContain('/blog/posts/about');
  });
});

describe('the site map', () => {
  it('names the page of every tag', async () => {
    const { app, stored } = world();
    stored.push(aPost({ tags: ['C#', 'Sleep'] }), aPost({ tags: ['sleep'] }));
    const { text } = elements(await (await app.request('/sitemap.xml', { headers: { host: 'blog.test' } })).text());
    expect(text.loc?.filter((each) => each.includes('/tags/'))).toEqual([
      'http://blog.test/blog/tags/c-sharp',
      'http://blog.test/blog/tags/sleep',
    ]);
  });
  it('names the pictures that a post’s page shows, the cover first, by whole addresses, and none that is not there', async () => {
    const [cover, shown, making] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
    const picture = { width: 1, height: 1, color: '#000000', animated: false, variants: [] };
    const { web } = world();
    const asked: string[][] = [];
    const { app, stored } = world({
      postPictures: {
        of: async (ids) => new Map(ids.map((id) => [id, id === stored[0]?.id ? [shown, cover, making] : []] as const)),
      },
      pictures: {
        ...web.pictures,
        async ready(hashes) {
          asked.push([...hashes]);
          const there = hashes.filter((hash) => hash !== making);
          return { pictures: new Map(there.map((hash) => [hash, { ...picture, hash }])), complete: true };
        },
      },
    });
    stored.push(aPost({ slug: 'a', cover }), ...Array.from({ length: 120 }, () => aPost()));
    const xml = await (await app.request('/sitemap.xml', { headers: { host: 'blog.test' } })).text();
    const found: Record<string, string[]> = {};
    const within: string[] = [];
    let page = '';
    const parser = new Parser(
      {
        onopentag: (name) => void within.push(name),
        onclosetag: () => void within.pop(),
        ontext: (text) => {
          const path = within.join(' ');
          if (path === 'urlset url loc') page = text;
          else if (path === 'urlset url image:image image:loc') (found[page] ??= []).push(text);
        },
      },
      { xmlMode: true },
    );
    parser.end(xml);
    expect(read(xml).attributes[0]).toEqual([
      'urlset',
      {
        xmlns: 'http://www.sitemaps.org/schemas/sitemap/0.9',
        'xmlns:image': 'http://www.google.com/schemas/sitemap-image/1.1',
      },
    ]);
    const address = (hash: string) => `http://blog.test/blog/media/pictures/${hash}-1280.jpg`;
    expect(found).toEqual({ 'http://blog.test/blog/posts/a': [address(cover), address(shown)] });
    expect(asked).toEqual([[cover, shown, making]]);
  });
  it('is there without pictures when they cannot be read, and is not kept by a shared cache', async () => {
    const { app, stored } = world({ postPictures: { of: async () => undefined } });
    stored.push(aPost({ slug: 'a', cover: 'a'.repeat(64) }));
    const response = await app.request('/sitemap.xml');
    expect([response.status, response.headers.has('surrogate-key')]).toEqual([200, false]);
    expect(await response.text()).toContain('/blog/posts/a</loc>');
  });
  it('names every post once', async () => {
    const { app, stored } = world();
    stored.push(...Array.from({ length: 230 }, () => aPost()));
    const { text } = elements(await (await app.request('/sitemap.xml', { headers: { host: 'blog.test' } })).text());
    expect(text.loc?.filter((each) => each.includes('/blog/posts/'))).toEqual(
      stored.map(({ slug }) => `http://blog.test/blog/posts/${slug}`),
    );
  });
  it('is a list of parts when there are many, and the parts name every post once', async () => {
    const stored = Array.from({ length: 2300 }, () => aPost());
    const { web } = world();
    const { app, stored: served } = world({
      categories: { ...web.categories, all: async () => [{ ...colours[0]!, post_count: 2300 }] },
    });
    served.push(...stored);
    const index = elements(await (await app.request('/sitemap.xml', { headers: { host: 'blog.test' } })).text());
    expect(index.text.loc).toHaveLength(3);
    const found: string[] = [];
    for (const part of index.text.loc ?? [])
      found.push(
        ...(elements(await (await app.request(part, { headers: { host: 'blog.test' } })).text()).text.loc ?? []),
      );
    expect(found.filter((each) => each.includes('/posts/'))).toEqual(
      stored.map(({ slug }) => `http://blog.test/blog/posts/${slug}`),
    );
    for (const part of ['0', '4', 'x', '-1']) expect((await app.request(`/sitemap.xml?part=${part}`)).status).toBe(404);
  });
});

describe('what programs ask for first', () => {
  it('robots.txt names the site map', async () => {
    const response = await world().app.request('http://blog.test/robots.txt');
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await response.text()).toContain('Sitemap: http://blog.test/sitemap.xml');
  });
  it.each(['/favicon.svg', '/favicon.ico'])('%s is a drawing', async (path) => {
    const response = await world().app.request(path);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    expect(elements(await response.text()).depth).toBe(0);
  });
});
