import { setPublicUrl } from '@dormouse/runtime/address';
import { postCardPath } from '@dormouse/runtime/post-card';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aPost, browser, world } from './app.fixture.ts';
import type { ReadyPicture } from './article-pictures.ts';
import type { Pictures } from './pictures.ts';

const hash = 'a'.repeat(64);
const at = (name: string) => `/blog/media/pictures/${hash}-${name}`;
const ready: ReadyPicture = {
  hash,
  width: 1600,
  height: 900,
  color: '#a1b2c3',
  animated: false,
  variants: [
    { address: at('1920.avif'), type: 'image/avif', width: 1600 },
    { address: at('640.webp'), type: 'image/webp', width: 640 },
    { address: at('1280.jpg'), type: 'image/jpeg', width: 1280 },
  ],
};
const given = { cover: hash, cover_alt: 'A "cat" <asleep>' };

/** A blog with a post that has a cover, and one that has none. */
function blog(pictures: Partial<Pictures> = {}) {
  const made = world({
    pictures: {
      show: async (html) => ({ html, colors: [], complete: true, named: [], pending: false }),
      ready: async (hashes) => ({ pictures: new Map(hashes.includes(hash) ? [[hash, ready]] : []), complete: true }),
      upload: async () => ({ hash, address: at('1280.jpg') }) as never,
      ...pictures,
    },
  });
  made.stored.push(aPost({ slug: 'seen', title: 'Seen', ...given }), aPost({ slug: 'plain', title: 'Plain' }));
  const page = async (path: string) => (await made.app.request(path)).text();
  return { ...made, page };
}

describe('the cover of a post', () => {
  it('stands above the text, in every format, with its size, its colour and what it shows', async () => {
    const { page } = blog();
    const html = await page('/blog/posts/seen');
    const figure = /<figure class="cover">(.*?)<\/figure>/s.exec(html)?.[1] ?? '';
    expect(figure).toContain(`<source type="image/avif" srcset="${at('1920.avif')} 1600w"`);
    expect(figure).toContain(`<img src="${at('1280.jpg')}" srcset="${at('1280.jpg')} 1280w"`);
    expect(figure).toContain('width="1600" height="900" alt="A &quot;cat&quot; &lt;asleep&gt;"');
    expect(figure).toContain('class="placeholder c-a1b2c3 u-featured" fetchpriority="high"');
    expect(html).toMatch(/<link rel="stylesheet" href="\/assets\/colors\/[0-9a-f-]*a1b2c3[0-9a-f-]*\.css">/);
    expect(await page('/blog/posts/plain')).not.toContain('<figure class="cover">');
  });

  it('is not shown again where the text has it', async () => {
    const { page, stored } = blog();
    stored[0] = { ...stored[0]!, content: `![x](${at('1280.jpg')})` };
    expect(await page('/blog/posts/seen')).not.toContain('<figure class="cover">');
  });

  it('is nowhere while media does not have it, and no such page is kept', async () => {
    const { page, kept } = blog({ ready: async () => ({ pictures: new Map(), complete: false }) });
    for (const path of ['/blog/posts/seen', '/blog/', '/blog/authors/ada', '/blog/feed.xml'])
      expect(await page(path)).not.toContain(hash);
    expect(kept.size).toBe(0);
  });

  it('stands beside the post in lists, and leads to it', async () => {
    const { page } = blog();
    for (const path of ['/blog/', '/blog/categories/general', '/blog/authors/ada']) {
      const html = await page(path);
      expect(html).toContain('<div class="entries"><article class="entry h-entry pictured">');
      expect(html).toContain(
        '<a class="entry-cover" href="/blog/posts/seen" tabindex="-1" aria-hidden="true"><picture>',
      );
      expect(html).toContain('<article class="entry h-entry">');
      expect(html).not.toContain('featured');
    }
  });

  it('stands above what to read next, lazily, and the colour of the category with a letter where there is none', async () => {
    const { page, stored } = blog();
    const next = async (slug: string) =>
      /<nav class="next".*?<\/nav>/s.exec(await page(`/blog/posts/${slug}`))?.[0] ?? '';
    expect(await next('seen')).toContain('<ul><li><a href="/blog/posts/plain"');
    stored.push(aPost({ slug: 'third', title: 'Third' }), aPost({ slug: 'family', title: '👩‍👩‍👧 at sea' }));
    const html = await next('third');
    expect(html).toContain('<ul class="pictured">');
    const link = (slug: string) =>
      `<a class="entry-cover c-[0-9a-f]{6}" href="/blog/posts/${slug}" tabindex="-1" aria-hidden="true"`;
    expect(html).toContain('data-initial="👩‍👩‍👧"');
    expect(html).toMatch(new RegExp(`${link('seen')}><picture>`));
    expect(html).toMatch(new RegExp(`${link('plain')} data-initial="P"></a><a href="/blog/posts/plain"`));
    expect(html).toContain(
      'width="1600" height="900" alt="" class="placeholder c-a1b2c3" loading="lazy" decoding="async">',
    );
    expect(await page('/blog/posts/third')).toMatch(/href="\/assets\/colors\/[0-9a-f-]*a1b2c3[0-9a-f-]*\.css"/);
  });

  it('keeps no page whose next posts might have one, while media does not answer', async () => {
    const { page, kept, stored } = blog({
      ready: async (hashes) => ({ pictures: new Map(), complete: hashes.length === 0 }),
    });
    stored.push(aPost({ slug: 'third', title: 'Third' }));
    expect(await page('/blog/posts/third')).toContain('<ul><li>');
    expect([...kept.keys()].filter((key) => key.includes('third'))).toEqual([]);
  });

  it('makes cards of lists where the blog wants that, with the newest one larger on the front page', async () => {
    const { page, settings } = blog();
    settings.layout = 'cards';
    const front = await page('/blog/');
    expect(front).toContain('<body class="wide">');
    expect(front).toContain('<div class="entries cards"><article class="entry h-entry c-8a4bb0 pictured featured">');
    expect(front).toContain('fetchpriority="high"');
    expect(await page('/blog/categories/general')).toContain(
      '<div class="entries cards"><article class="entry h-entry c-8a4bb0 pictured">',
    );
  });
});

describe('with an address of the blog', () => {
  beforeEach(() => setPublicUrl('https://blog.example'));
  afterEach(() => setPublicUrl(undefined));

  it('the cover is on cards of links, and in data for search engines', async () => {
    const { page } = blog();
    const html = await page('/blog/posts/seen');
    const property = (name: string) => new RegExp(`<meta property="${name}" content="([^"]*)">`).exec(html)?.[1];
    expect(['og:image', 'og:image:width', 'og:image:height', 'og:image:alt'].map(property)).toEqual([
      `https://blog.example${at('1280.jpg')}`,
      '1280',
      '720',
      'A &quot;cat&quot; &lt;asleep&gt;',
    ]);
    expect(html).toContain('<meta name="twitter:card" content="summary_large_image">');
    expect(JSON.parse(/<script type="application\/ld\+json">(.*?)<\/script>/s.exec(html)?.[1] ?? '')).toMatchObject({
      image: [`https://blog.example${at('1280.jpg')}`],
    });
  });

  it('a picture of title, blog and colour stands in for a missing cover, at an address that changes with them', async () => {
    const { page, settings, stored, kept } = blog();
    const plain = async () => {
      kept.clear();
      return await page('/blog/posts/plain');
    };
    const shows = async (title: string) => {
      const path = postCardPath(stored[1]!.id, { title, blog: settings.title, accent: settings.accent });
      expect(await plain()).toContain(`<meta property="og:image" content="https://blog.example${path}">`);
      return path;
    };
    const addresses = [await shows('Plain')];
    settings.title = 'Another';
    addresses.push(await shows('Plain'));
    settings.accent = '#123456';
    addresses.push(await shows('Plain'));
    stored[1] = { ...stored[1]!, title: 'Fancy' };
    addresses.push(await shows('Fancy'));
    expect(new Set(addresses).size).toBe(4);
    const html = await plain();
    expect(html).toContain('<meta property="og:image:width" content="1200">');
    expect(html).toContain('<meta property="og:image:alt" content="Fancy">');
    expect(html).toContain('content="summary_large_image"');
    expect(await page('/blog/posts/seen')).not.toContain('card-');
    // The blog may not be called so.
    settings.unread = true;
    expect(await plain()).not.toContain('card-');
  });

  it('the cover is in every feed', async () => {
    const { page } = blog();
    const address = `https://blog.example${at('1280.jpg')}`;
    expect(await page('/blog/feed.xml')).toContain(`<link rel="enclosure" type="image/jpeg" href="${address}"/>`);
    expect(await page('/blog/rss.xml')).toContain(
      `<media:content url="${address}" type="image/jpeg" medium="image" width="1280" height="720"><media:description type="plain">A &quot;cat&quot; &lt;asleep&gt;</media:description></media:content>`,
    );
    expect(JSON.parse(await page('/blog/feed.json')).items.map(({ image }: { image?: string }) => image)).toEqual([
      address,
      undefined,
    ]);
  });
});

describe('the cover in the editor', () => {
  const atTheEditor = async (pictures: Partial<Pictures> = {}) => {
    const made = blog(pictures);
    const ada = browser(made.app);
    await ada.logIn();
    await ada.get('/blog/posts/seen/edit');
    return { ...made, ada };
  };
  const saved = (did: ReturnType<typeof blog>['did']) => did('update').at(-1)?.[2];

  it('is shown, and stays, changes what it shows, and goes', async () => {
    const { ada, did } = await atTheEditor();
    expect([ada.value('cover'), ada.value('cover_alt')]).toEqual([hash, given.cover_alt]);
    expect(ada.text()).toContain(`<img src="${at('640.webp')}"`);
    const typed = { title: 'Seen', content: 'Text.', category_name: 'General', action: 'published' };
    await ada.submit('/blog/posts/seen/edit', { ...typed, cover_alt: 'A dog' });
    expect(saved(did)).toMatchObject({ cover: hash, cover_alt: 'A dog' });
    await ada.get('/blog/posts/seen/edit');
    await ada.submit('/blog/posts/seen/edit', { ...typed, cover_alt: '', cover_none: 'yes' });
    expect(saved(did)).toMatchObject({ cover: null, cover_alt: '' });
  });

  it('and the picture of an author stands on their page, which is made anew when it is there', async () => {
    const { web, profile, app } = blog();
    profile.picture = hash;
    const page = await (await app.request('/blog/authors/ada')).text();
    expect(page).toMatch(new RegExp(`<div class="face"><picture>.*src="${at('1280.jpg')}".* alt="" `));
    web.pictures.ready = async () => ({ pictures: new Map(), complete: true });
    await web.pages.purge('page:');
    expect(await (await app.request('/blog/authors/ada')).text()).not.toContain('class="face"');
  });

  it('is uploaded without a script, and saved with the post', async () => {
    const { ada, did } = await atTheEditor();
    await ada.get('/blog/new');
    expect(ada.value('cover')).toBe('');
    const typed = { title: 'New', content: 'Text.', category_name: 'General' };
    const response = await ada.submitFile(
      '/blog/new',
      { ...typed, action: 'cover' },
      { cover_file: new Blob(['bytes']) },
    );
    expect([response.status, ada.value('cover'), ada.value('title')]).toEqual([200, hash, 'New']);
    await ada.submit('/blog/new', { ...typed, cover_alt: 'A cat', action: 'published' });
    expect(did('create')[0]?.[1]).toMatchObject({ cover: hash, cover_alt: 'A cat' });
  });

  it('is not forgotten by another button', async () => {
    const { ada, did } = await atTheEditor();
    await ada.get('/blog/new');
    const typed = { title: 'New', content: 'Text.', category_name: 'General', action: 'published' };
    await ada.submitFile('/blog/new', typed, { cover_file: new Blob(['bytes']) });
    expect(did('create')[0]?.[1]).toMatchObject({ cover: hash });
  });

  it('has to be chosen first, and says why it is refused', async () => {
    const { ada } = await atTheEditor({ upload: async () => Promise.reject(new Error('broken')) });
    const typed = { title: 'New', content: 'Text.', category_name: 'General', action: 'cover' };
    expect((await ada.submitFile('/blog/new', typed)).status).toBe(422);
    expect(ada.text()).toContain('<p class="error" id="cover-error">Choose a file.</p>');
  });

  it('stays where an editor of before does not say it, and when a version comes back', async () => {
    const { ada, did, app, etag, stored } = await atTheEditor();
    const text = ada.text().replace(/<fieldset class="cover-field">.*?<\/fieldset>/s, '');
    const csrf = /name="csrf" value="([^"]*)"/.exec(text)?.[1] ?? '';
    const cookie = [...ada.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const id = String(stored[0]!.id);
    await app.request('http://blog.test/blog/posts/seen/edit', {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-forwarded-host': 'blog.test',
        'sec-fetch-site': 'same-origin',
        cookie,
      },
      body: new URLSearchParams({
        csrf,
        id,
        etag: etag(stored[0]!),
        status: 'published',
        title: 'Seen',
        content: 'Other.',
        category_name: 'General',
      }),
    });
    expect(saved(did)).toMatchObject({ cover: undefined, cover_alt: undefined });
    await ada.get('/blog/posts/seen/revisions?version=1');
    await ada.submit('/blog/posts/seen/revisions', { version: '1' });
    expect(saved(did)).toMatchObject({ cover: hash, cover_alt: given.cover_alt });
  });
});
