import { brotliDecompressSync } from 'node:zlib';
import { AppError, fail } from '@dormouse/runtime/errors';
import { describe, expect, it } from 'vitest';
import { aPost, browser, colours, unescapeHtml, world } from './app.fixture.ts';

const hrefs = (html: string) =>
  Array.from(html.matchAll(/href="([^"]*)"/g), ([, href]) => unescapeHtml(href as string));

describe('the list of posts', () => {
  it('begins with what the blog says of itself, and with the newest posts where that is nothing', async () => {
    const { app, settings } = world();
    Object.assign(settings, { title: 'Nights & <i>', description: 'Notes <b> of an owl.' });
    const about =
      '<h1 class="about" dir="auto"><bdi class="hidden">Nights &amp; &lt;i&gt;: </bdi>Notes &lt;b&gt; of an owl.</h1>';
    expect(await (await app.request('/blog/')).text()).toContain(about);
    expect(await (await app.request('/blog/categories/general')).text()).not.toContain('class="about"');
    const { app: other, settings: silent } = world();
    silent.description = '';
    expect(await (await other.request('/blog/')).text()).toContain('<h1>Latest posts</h1>');
  });

  it('shows title, day, excerpt, category and who wrote it, all escaped', async () => {
    const { app, stored } = world();
    stored.push(
      aPost({
        title: '<script>alert(1)</script>',
        excerpt: '"quoted" & <i>',
        author: 'ada"x',
        category: colours[2] as never,
        created_at: '2026-02-03T23:59:59Z',
      }),
    );
    for (const path of ['/', '/blog/']) {
      const response = await app.request(path);
      const html = await response.text();
      expect(response.status).toBe(200);
      expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
      expect(html).toContain('&quot;quoted&quot; &amp; &lt;i&gt;');
      expect(html).toContain('ada&quot;x');
      expect(html).toContain('>&lt;b&gt;Bold&lt;/b&gt;</a>');
      expect(html).toContain('<time class="dt-published" datetime="2026-02-03T23:59:59Z">3 February 2026</time>');
      expect(html).not.toMatch(/<script|style=|onerror/);
    }
  });

  it('tells the language of each post, as far as its script tells it', async () => {
    const { app, stored } = world();
    stored.push(
      aPost({ title: '関数は眠る', excerpt: '短く言うと', content: '誰かが呼ぶまで眠る。' }),
      aPost({ title: 'Knative 이야기', excerpt: '짧게 말하면' }),
      aPost({ title: 'In English', excerpt: 'In short.' }),
    );
    const html = await (await app.request('/blog/')).text();
    expect(html).toMatch(/<h2 lang="ja" dir="auto"><a [^>]*>関数は眠る/);
    expect(html).toContain('<p class="excerpt p-summary" lang="ja" dir="auto">短く言うと');
    expect(html).toContain('<p class="excerpt p-summary" lang="ko" dir="auto">짧게 말하면');
    expect(html).toContain('<p class="excerpt p-summary" dir="auto">In short.');
    const page = await (await app.request(`/blog/posts/${stored[0]?.slug}`)).text();
    expect(page).toContain('<h1 class="p-name" lang="ja" dir="auto">関数は眠る</h1>');
    expect(page).toContain('<div class="prose e-content" lang="ja" dir="auto">');
  });

  it('believes what its author says of the language of a post, for people and programs', async () => {
    const { app, stored } = world();
    stored.push(
      aPost({ title: '関数は眠る', lang: 'ja-JP', slug: 'chosen' }),
      aPost({ title: 'Schlafende Funktionen', excerpt: 'Kurz gesagt.', lang: 'de-AT', slug: 'deutsch' }),
    );
    const read = async (path: string) => (await app.request(`http://blog.test${path}`)).text();
    const list = await read('/blog/');
    expect(list).toMatch(/<h2 lang="de-AT" dir="auto"><a [^>]*>Schlafende/);
    expect(list).toContain('<p class="excerpt p-summary" lang="de-AT" dir="auto">Kurz gesagt.');
    const page = await read('/blog/posts/chosen');
    expect(page).toContain('<h1 class="p-name" lang="ja-JP" dir="auto">');
    expect(page).toContain('<div class="prose e-content" lang="ja-JP" dir="auto">');
    expect(page).toContain('"inLanguage":"ja-JP"');
    expect(page).toContain('<span lang="de-AT" dir="auto">Schlafende Funktionen</span>');
    expect(await read('/blog/feed.xml')).toContain('<entry xml:lang="de-AT">');
    expect(await read('/blog/rss.xml')).toContain('<dc:language>de-AT</dc:language>');
    expect(JSON.parse(await read('/blog/feed.json')).items[1]).toMatchObject({ language: 'de-AT' });
    stored.push(aPost({ slug: 'open' }));
    expect(await read('/blog/posts/open')).toContain('"inLanguage":"en"');
  });

  it('shows all names of the byline instead of the user name', async () => {
    const { app, stored } = world();
    stored.push(aPost({ author: 'importer', byline: ['Ada', 'Grace', 'Edsger'] }));
    const html = await (await app.request('/blog/')).text();
    expect(html).toContain('Ada, Grace and Edsger');
    expect(html).not.toContain('importer');
  });

  it('leads to the last page and back, and every post is on exactly one page', async () => {
    const { app, stored } = world();
    stored.push(...Array.from({ length: 45 }, () => aPost()));
    const seen: string[] = [];
    const pages: string[] = [];
    let path: string | undefined = '/blog/';
    while (path) {
      const html = await (await app.request(path)).text();
      pages.push(html);
      seen.push(
        ...Array.from(
          html.matchAll(/<h2[^>]*><a class="u-url p-name" href="\/blog\/posts\/([^"]*)"/g),
          ([, slug]) => slug as string,
        ),
      );
      path = /<a rel="next" href="([^"]*)"/.exec(html)?.[1];
    }
    expect(pages).toHaveLength(3);
    expect(seen).toEqual(stored.map(({ slug }) => slug));
    expect(pages[0]).not.toContain('rel="prev"');
    const back = /<a rel="prev" href="([^"]*)"/.exec(pages[2] as string)?.[1] as string;
    expect(await (await app.request(back)).text()).toContain(`/blog/posts/${stored[20]?.slug}"`);
    expect(hrefs(pages[2] as string)).toContain('/blog/');
  });

  it('answers 404 for a cursor that cannot be one', async () => {
    const { web } = world();
    const { app } = world({ posts: { ...web.posts, list: async () => fail('invalid', 'The cursor is not valid.') } });
    expect((await app.request('/blog/?after=x')).status).toBe(404);
  });

  it('is shown without categories when they do not answer, and that is not kept', async () => {
    let down = true;
    const { app, stored, kept } = world({
      categories: {
        all: async () => (down ? fail('unavailable', 'asleep') : colours),
        movedTo: async () => fail('not_found', ''),
      },
    });
    stored.push(aPost({ title: 'Still here' }));
    const first = await app.request('/blog/');
    expect([first.status, (await first.text()).includes('Still here'), kept.size]).toEqual([200, true, 0]);
    down = false;
    expect(await (await app.request('/blog/')).text()).toContain('aria-label="Categories"');
  });

  it('invites to write when nothing has been written', async () => {
    expect(await (await world().app.request('/')).text()).toContain('Nothing has been written here yet');
  });
});

describe('two hundred categories', () => {
  const many = Array.from({ length: 200 }, (_, n) => ({
    id: n + 1,
    name: `Category ${n}`,
    slug: `category-${n}`,
    color: `#${String(100_000 + n * 4001).slice(0, 6)}`,
    post_count: n,
  }));
  const { app, stored } = world({ categories: { all: async () => many, movedTo: async () => fail('not_found', 'x') } });
  stored.push(aPost({ category: many[3] as never }));
  const text = async (path: string) => (await app.request(path, { headers: { accept: 'text/html' } })).text();
  const links = (html: string) => html.match(/href="\/blog\/categories\/category-\d+"/g) ?? [];
  it('are twelve above a list, which fetches no other colours', async () => {
    const html = await text('/blog/');
    expect(links(html.slice(0, html.indexOf('class="entries"')))).toHaveLength(12);
    expect(html).toContain('187 more…');
    const colors = /\/assets\/colors\/([^"]*)\.css/.exec(html)?.[1]?.split('-');
    expect(colors).toHaveLength(13);
    expect(html.match(/\/assets\/colors\//g)).toHaveLength(1);
  });
  it('are all on their page that have posts, twelve of them twice', async () => {
    const html = await text('/blog/categories');
    expect(links(html)).toHaveLength(211);
    expect(html).not.toContain('"/blog/categories/category-0"');
  });
  it('are twenty among the numbers', async () => {
    const html = await text('/stats');
    expect([links(html).length, html.includes('179 more…')]).toEqual([20, true]);
  });
});

describe('categories', () => {
  it('are none for readers while nothing is written in any', async () => {
    const all = async () => colours.map((each) => ({ ...each, post_count: 0 }));
    const { app } = world({ categories: { all, movedTo: async () => fail('not_found', 'x') } });
    const html = await (await app.request('/blog/categories')).text();
    expect(html).toContain('<p class="nothing">Nothing has been written here yet.</p>');
    expect(html).not.toContain('<ul class="run">');
  });

  it('limits the list, names the category and keeps to it while paging', async () => {
    const { app, stored, did } = world();
    stored.push(
      ...Array.from({ length: 25 }, () => aPost({ category: colours[1] as never })),
      aPost({ title: 'Elsewhere' }),
    );
    const html = await (await app.request('/blog/categories/c-sharp')).text();
    expect(html).toContain('<h1 class="category-title c-1d6fa5" dir="auto">C#</h1>');
    expect(html).not.toContain('Elsewhere');
    expect(html).toMatch(/rel="next" href="\/blog\/categories\/c-sharp\?after=/);
    expect(did('list')[0]?.[1]).toMatchObject({ category: 'c-sharp' });
  });

  it('moves from a former address to the present one, and says 404 for one that never was', async () => {
    const { app } = world();
    const moved = await app.request('/blog/categories/csharp');
    expect([moved.status, moved.headers.get('location')]).toEqual([301, '/blog/categories/c-sharp']);
    expect((await app.request('/blog/categories/nothing')).status).toBe(404);
  });

  it('bring their colours by a style sheet whose address says them', async () => {
    const { app } = world();
    const html = await (await app.request('/blog/')).text();
    const sheet = hrefs(html).find((href) => href.startsWith('/assets/colors/')) as string;
    expect(sheet).toBe('/assets/colors/1d6fa5-8a4bb0.css');
    const response = await app.request(sheet);
    expect(response.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(response.headers.get('cache-control')).toContain('immutable');
    expect(await response.text()).toContain('.c-1d6fa5{--color:#1d6fa5}');
    for (const bad of ['red.css', '1d6fa5;}.css', `${'1d6fa5-'.repeat(60)}1d6fa5.css`])
      expect((await app.request(`/assets/colors/${bad}`)).status).toBe(404);
  });

  it('are listed with their numbers, and counted in /stats for people and programs', async () => {
    const { app } = world();
    expect(await (await app.request('/blog/categories')).text()).toContain('2 posts');
    expect(await (await app.request('/stats', { headers: { accept: 'text/html,*/*' } })).text()).toContain(
      '<dd>3</dd>',
    );
    expect(await (await app.request('/stats')).json()).toEqual({ posts: 3, categories: 3 });
  });
});

describe('tags', () => {
  const blog = () => {
    const made = world();
    made.stored.push(
      aPost({ title: 'Newest', tags: ['C#', 'Deep sleep'], slug: 'newest' }),
      ...Array.from({ length: 25 }, () => aPost({ tags: ['deep Sleep'] })),
      aPost({ title: 'Elsewhere' }),
    );
    return made;
  };
  it('stand below the article, as links to their pages', async () => {
    const html = await (await blog().app.request('/blog/posts/newest')).text();
    expect(html).toContain('<a class="p-category" rel="tag" href="/blog/tags/c-sharp" dir="auto">C#</a>');
    expect(html).toContain('<a class="p-category" rel="tag" href="/blog/tags/deep-sleep" dir="auto">Deep sleep</a>');
  });
  it('have pages of their posts, by the spelling of the newest, and keep to them while paging', async () => {
    const { app } = blog();
    const html = await (await app.request('/blog/tags/deep-sleep')).text();
    expect(html).toContain('<h1 dir="auto">Deep sleep</h1>');
    expect(html).not.toContain('Elsewhere');
    expect(hrefs(html)).toContain('/blog/tags/deep-sleep/feed.xml');
    const next = /rel="next" href="(\/blog\/tags\/deep-sleep\?after=[^"]*)"/.exec(html)?.[1] as string;
    expect(
      (await (await app.request(unescapeHtml(next))).text()).match(/<article class="entry h-entry">/g),
    ).toHaveLength(6);
  });
  it('move from another spelling to the address, and say 404 for one that no post has', async () => {
    const { app } = blog();
    for (const path of ['/blog/tags/Deep%20Sleep', '/blog/tags/deep_sleep']) {
      const moved = await app.request(path);
      expect([moved.status, moved.headers.get('location')]).toEqual([301, '/blog/tags/deep-sleep']);
    }
    for (const path of ['/blog/tags/nothing', '/blog/tags/nothing/feed.xml', '/blog/tags/%00'])
      expect([301, 404]).toContain((await app.request(path)).status);
    expect((await app.request('/blog/tags/nothing')).status).toBe(404);
  });
  it('are listed with their numbers', async () => {
    const { app, stored } = blog();
    stored.push(aPost({ tags: ['Part 10', 'Part 9'] }));
    const html = await (await app.request('/blog/tags')).text();
    expect(html.indexOf('Part 9')).toBeLessThan(html.indexOf('Part 10'));
    expect(html).toContain('<a href="/blog/tags/deep-sleep" dir="auto">Deep sleep</a> <span class="count">');
    expect(html).toContain('>26 posts<');
    expect(html).toContain('1 post<');
    expect(await (await world().app.request('/blog/tags')).text()).toContain('No post has a tag yet.');
  });
});

describe('a post', () => {
  it('is shown with its rendered text', async () => {
    const { app, stored } = world();
    stored.push(aPost({ slug: 'über-uns', title: 'Über uns', content: '# One\n\n*two* <script>alert(1)</script>' }));
    const response = await app.request('/blog/posts/%C3%BCber-uns');
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toContain('<em>two</em>');
    expect(html).toContain('<title>Über uns · Dormouse</title>');
    expect(html).not.toContain('alert(1)');
    expect(html).not.toContain('/edit');
  });

  it('moves from an old slug with 301', async () => {
    const { web } = world();
    const { app } = world({ posts: { ...web.posts, bySlug: async () => ({ moved: 'néw' }) } });
    const response = await app.request('/blog/posts/old');
    expect([response.status, response.headers.get('location')]).toEqual([301, '/blog/posts/n%C3%A9w']);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('that is a draft is there for its author only, and never kept', async () => {
    const { app, stored, kept } = world();
    stored.push(aPost({ slug: 'secret', status: 'draft', content: 'Nobody knows.' }));
    const reader = browser(app);
    const author = browser(app);
    await author.logIn('ada');
    expect((await reader.get('/blog/posts/secret')).status).toBe(404);
    const shown = await author.get('/blog/posts/secret');
    expect([shown.status, shown.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
    expect(author.text()).toContain('This is a draft');
    expect((await reader.get('/blog/posts/secret')).status).toBe(404);
    expect([...kept.keys()].filter((key) => key.includes('secret'))).toEqual([]);
  });

  it('offers to edit and delete to its author and to editors, not to others', async () => {
    const { app, stored } = world();
    stored.push(aPost({ slug: 'mine', author: 'ada' }));
    for (const [name, offered] of [
      ['ada', true],
      ['eve', false],
    ] as const) {
      const reader = browser(app);
      await reader.logIn(name);
      await reader.get('/blog/posts/mine');
      expect(reader.text().includes('/blog/posts/mine/edit')).toBe(offered);
    }
  });
});

describe('the archive', () => {
  it('lists months with their posts, in the language and time zone of the blog', async () => {
    const { app, stored, settings, did } = world();
    stored.push(
      aPost({ slug: 'new', created_at: '2026-11-03T10:00:00.000Z' }),
      aPost({ slug: 'newer', created_at: '2026-11-02T10:00:00.000Z' }),
      aPost({ slug: 'old', created_at: '2025-12-31T10:00:00.000Z' }),
    );
    const text = async (path: string) => (await app.request(path)).text();
    const archive = await text('/blog/archive');
    expect(archive).toContain('<a href="/blog/archive/2026/11">November 2026</a> <span class="muted">2 posts</span>');
    expect(archive).toContain('<h2 id="year-2025">2025</h2>');
    const month = await text('/blog/archive/2026/11');
    expect(month).toContain('<h1>November 2026</h1>');
    expect([month.includes('/posts/newer"'), month.includes('/posts/old"')]).toEqual([true, false]);
    expect(await text('/sitemap.xml')).toContain('/blog/archive/2025/12</loc>');
    Object.assign(settings, { language: 'ko', time_zone: 'Asia/Seoul' });
    const other = world();
    Object.assign(other.settings, settings);
    other.stored.push(...stored);
    expect(await (await other.app.request('/blog/archive/2025/12')).text()).toContain('<h1>2025년 12월</h1>');
    expect(other.did('list').at(-1)?.[1]).toMatchObject({
      from: '2025-11-30T15:00:00.000Z',
      until: '2025-12-31T15:00:00.000Z',
    });
    expect(did('months')).toContainEqual(['months', 'UTC']);
  });

  it.each(['2026/13', '2026/1', '26/11', '0026/11', '2026/10', 'x/y'])('has nothing at %s', async (at) => {
    const { app, stored } = world();
    stored.push(aPost({ created_at: '2026-11-03T10:00:00.000Z' }));
    const response = await app.request(`/blog/archive/${at}`, { headers: { accept: 'text/html' } });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('<a href="/blog/archive">archive</a>');
  });
});

describe('the posts beside a post', () => {
  const names = (text: string) => /<nav class="beside"[\s\S]*?<\/nav>/.exec(text)?.[0];
  it('are linked at its end', async () => {
    const { app, stored } = world();
    stored.push(
      aPost({ title: 'Newer' }),
      aPost({ slug: 'it' }),
      aPost({ kind: 'page' }),
      aPost({ title: 'Older <i>', slug: 'c#' }),
    );
    const nav = names(await (await app.request('/blog/posts/it')).text());
    expect(nav).toMatch(/rel="prev" href="\/blog\/posts\/c%23">[\s\S]*Older &lt;i&gt;[\s\S]*rel="next"[\s\S]*Newer/);
  });
  it('are missing on a page, and where posts does not say them', async () => {
    const { web, stored } = world();
    const { app } = world({ posts: { ...web.posts, neighbours: async () => fail('unavailable', 'Asleep.') } });
    stored.push(aPost({ slug: 'it' }), aPost({ slug: 'other' }), aPost({ slug: 'about', kind: 'page' }));
    for (const slug of ['it', 'about']) {
      const response = await app.request(`/blog/posts/${slug}`);
      expect([response.status, names(await response.text())]).toEqual([200, undefined]);
    }
  });
});

describe('a page', () => {
  it('has its text, and nothing that places a post among others', async () => {
    const { app, stored } = world();
    stored.push(aPost({ kind: 'page', slug: 'about', title: 'About', tags: ['Us'] }), aPost({ slug: 'other' }));
    const text = await (await app.request('/blog/posts/about')).text();
    expect(text).toContain('Some <em>text</em>');
    for (const part of ['min read', 'By ', '/blog/tags/us', 'class="chip', 'More in', 'BlogPosting', 'article:'])
      expect(text).not.toContain(part);
    expect(text).toContain('"@type":"WebPage"');
    const list = await (await app.request('/blog/')).text();
    expect([list.includes('/blog/posts/about'), list.includes('/blog/posts/other')]).toEqual([false, true]);
  });
});

describe('what a post says to others', () => {
  const dataOf = (html: string) =>
    JSON.parse(/<script type="application\/ld\+json">([^<]*)<\/script>/.exec(html)?.[1] ?? 'null');

  it('is a card, and data for search engines, of which nothing gets out', async () => {
    const { app, stored } = world();
    const title = 'Sleep </script><script>alert(1)</script> & "more"';
    stored.push(aPost({ slug: 'sleep', title, excerpt: 'In <short>.', tags: ['Zzz'], byline: ['Ada', 'Grace'] }));
    const html = await (await app.request('/blog/posts/sleep')).text();
    expect(html.match(/<script/g)).toHaveLength(1);
    const meta = Object.fromEntries(
      Array.from(html.matchAll(/<meta property="([^"]*)" content="([^"]*)">/g), ([, name, content]) => [
        name,
        unescapeHtml(content as string),
      ]),
    );
    expect(meta).toEqual({
      'og:type': 'article',
      'og:site_name': 'Dormouse',
      'og:title': title,
      'og:description': 'In <short>.',
      'article:published_time': stored[0]?.created_at,
      'article:modified_time': stored[0]?.updated_at,
      'article:section': 'General',
      'article:tag': 'Zzz',
    });
    expect(dataOf(html)).toMatchObject({ '@type': 'BlogPosting', headline: title, author: { name: 'Ada and Grace' } });
  });

  it('is nothing while it is a draft', async () => {
    const { app, stored } = world();
    stored.push(aPost({ slug: 'mine', status: 'draft' }));
    const ada = browser(app);
    await ada.logIn('ada');
    await ada.get('/blog/posts/mine');
    expect(ada.text()).toContain('This is a draft');
    expect(ada.text()).not.toMatch(/og:|ld\+json/);
  });

  it('ends with others of its category that have most of its tags, the newest first', async () => {
    const { app, stored } = world();
    const tagged = [[], ['Sleep'], ['Wake', 'sleep'], [], ['Sleep', 'Wake'], ['Wake']];
    stored.push(
      ...tagged.map((tags, n) => aPost({ slug: `t${n}`, tags })),
      aPost({ slug: 'mine', tags: ['Sleep', 'Wake'] }),
    );
    stored.push(aPost({ slug: 'other', tags: ['Sleep', 'Wake'], category: colours[1] as never }));
    const html = await (await app.request('/blog/posts/mine')).text();
    const next = html.slice(html.indexOf('class="next"'));
    expect(Array.from(next.matchAll(/href="\/blog\/posts\/(\w+)"/g), ([, slug]) => slug)).toEqual(['t2', 't4', 't1']);
  });

  it('ends with the newest others of its category, or without them', async () => {
    const { app, stored, web } = world();
    stored.push(
      ...['a', 'b', 'c', 'd'].map((slug) => aPost({ slug })),
      aPost({ slug: 'other', category: colours[1] as never }),
    );
    const ways = (html: string) =>
      Array.from(html.slice(html.indexOf('class="next"')).matchAll(/href="\/blog\/posts\/(\w+)"/g), ([, slug]) => slug);
    expect(ways(await (await app.request('/blog/posts/b')).text())).toEqual(['a', 'c', 'd']);
    expect(await (await app.request('/blog/posts/other')).text()).not.toContain('class="next"');
    const list = () => fail('unavailable', 'x');
    const alone = world({ posts: { ...web.posts, list } });
    alone.stored.push(...stored);
    const response = await alone.app.request('/blog/posts/b');
    expect([response.status, (await response.text()).includes('class="next"')]).toEqual([200, false]);
  });
});

describe('an address with a slash too many', () => {
  it.each([
    ['/blog/posts/a/', '/blog/posts/a'],
    ['/blog/posts/%C3%BC//', '/blog/posts/%C3%BC'],
    ['/blog/categories/?x=1', '/blog/categories?x=1'],
    ['/stats/', '/stats'],
  ])('%s leads to %s', async (path, to) => {
    for (const method of ['GET', 'HEAD']) {
      const response = await world().app.request(path, { method });
      expect([response.status, response.headers.get('location')]).toEqual([301, to]);
    }
  });

  it('that is none without it either is 404, and is none of another host', async () => {
    const { app } = world();
    for (const path of ['/nothing/', '//evil.example/', '//evil.example//blog/'])
      expect((await app.request(`http://blog.test${path}`)).status).toBe(404);
    expect((await app.request('/blog/posts/a/', { method: 'POST' })).status).toBe(404);
  });
});

describe('pages that are the same for everybody', () => {
  it('are made once, carry a strong ETag, and are answered with 304 when known', async () => {
    const { app, stored, did } = world();
    stored.push(aPost());
    const first = await app.request('/blog/');
    const etag = first.headers.get('etag') as string;
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    expect(first.headers.get('cache-control')).toMatch(/^public, max-age=0, stale-while-revalidate=\d$/);
    expect(first.headers.get('vary')).toContain('Cookie');
    const again = await app.request('/blog/', { headers: { 'if-none-match': `"x", W/${etag}` } });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    expect((await app.request('/blog/', { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
    expect(did('list')).toHaveLength(1);
  });

  it('are compressed for who takes that, under a tag of its own that is known as well', async () => {
    const { app, stored } = world();
    stored.push(...Array.from({ length: 20 }, () => aPost()));
    const ask = (headers: Record<string, string>) =>
      app.request('/blog/', { headers: { 'accept-encoding': 'gzip, br', ...headers } });
    const zipped = await ask({});
    expect(zipped.headers.get('content-encoding')).toBe('br');
    expect(zipped.headers.get('etag')).toMatch(/\.br"$/);
    const text = brotliDecompressSync(await zipped.bytes()).toString();
    expect(text).toBe(await (await app.request('/blog/')).text());
    expect((await ask({ 'if-none-match': zipped.headers.get('etag') as string })).status).toBe(304);
  });

  it('do not depend on unknown parameters, nor on cookies of others', async () => {
    const { app, did } = world();
    for (const path of ['/blog/', '/blog/?utm_source=x', '/blog/?page=2'])
      await app.request(path, { headers: { cookie: 'theme=dark' } });
    expect(did('list')).toHaveLength(1);
  });

  it('never hold anything of a reader who is logged in', async () => {
    const { app, stored } = world();
    stored.push(aPost());
    const ada = browser(app);
    await ada.logIn('ada');
    for (const path of ['/', '/blog/', '/blog/categories', '/stats']) {
      const response = await ada.get(path);
      expect(response.headers.get('cache-control')).toBe('private, no-store');
      expect(ada.text()).toContain('Log out');
      expect(await (await app.request(path, { headers: { accept: 'text/html' } })).text()).not.toContain('Log out');
    }
  });

  it('answer HEAD without a body', async () => {
    const response = await world().app.request('/blog/', { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});

describe('when another function does not answer', () => {
  const down = new AppError('unavailable', 'x', { headers: { 'retry-after': '3' } });
  it('says so as a page, with 503 and Retry-After, and does not keep that', async () => {
    const { web } = world();
    let broken = true;
    const { app, stored } = world({
      posts: {
        ...web.posts,
        list: async (query) => (broken ? Promise.reject(down) : { posts: stored.slice(0, query.limit) }),
      },
    });
    const response = await app.request('/blog/', { headers: { accept: 'text/html' } });
    expect([response.status, response.headers.get('retry-after'), response.headers.get('cache-control')]).toEqual([
      503,
      '3',
      'private, no-store',
    ]);
    expect(await response.text()).toContain('Try again in 3 seconds');
    broken = false;
    expect((await app.request('/blog/')).status).toBe(200);
  });
});
