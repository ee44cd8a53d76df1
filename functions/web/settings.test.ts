import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { aPost, browser, world } from './app.fixture.ts';
import { fontSheetPath, preloadedFontPaths } from './assets/addresses.ts';

const named = {
  title: '늦잠 <b>',
  description: 'Notes "from" the hedge.',
  language: 'ko',
  time_zone: 'Asia/Seoul',
  accent: '#0b5fa5',
  accent_dark: '#7db4ff',
  navigation: [{ label: 'About & more', href: '/blog/posts/about' }],
  footer: 'Written <in> bed.',
  posts_per_page: 2,
};

describe('the settings of the blog', () => {
  it('are on every page', async () => {
    const { app, settings, stored } = world();
    Object.assign(settings, named);
    stored.push(aPost({ created_at: '2026-06-04T20:00:00Z' }), aPost(), aPost());
    const reader = browser(app);
    await reader.get('/blog/');
    const home = reader.text();
    expect(home).toContain('<html lang="ko">');
    expect(home).toContain('<title>늦잠 &lt;b&gt;</title>');
    expect(home).toContain('<span dir="auto">늦잠 &lt;b&gt;</span>');
    expect(home).toContain('<meta name="description" content="Notes &quot;from&quot; the hedge.">');
    expect(home).toContain('<a href="/blog/posts/about" dir="auto">About &amp; more</a>');
    expect(home).toContain('<p dir="auto">Written &lt;in&gt; bed.</p>');
    // In Seoul it is the next day already.
    expect(home).toContain('>2026년 6월 5일</time>');
    expect(home.match(/<article class="entry h-entry">/g)).toHaveLength(2);
    expect(home).not.toContain('Dormouse');
    for (const path of ['/blog/login', '/nothing', '/stats', '/docs/api']) {
      await reader.get(path);
      expect([path, reader.text().includes('· 늦잠 &lt;b&gt;</title>')]).toEqual([path, true]);
    }
  });

  it('colour pages by a style sheet whose address says the colours', async () => {
    const { app, settings } = world();
    expect(await (await app.request('/blog/')).text()).not.toContain('/assets/accent/');
    Object.assign(settings, named);
    const path = '/assets/accent/0b5fa5-7db4ff.css';
    expect(await (await app.request('/blog/login')).text()).toContain(`<link rel="stylesheet" href="${path}">`);
    const sheet = await app.request(path);
    expect([sheet.headers.get('content-type'), sheet.headers.get('cache-control')]).toEqual([
      'text/css; charset=utf-8',
      'public, max-age=31536000, immutable',
    ]);
    expect(await sheet.text()).toContain('{--accent-light:#0b5fa5;--accent-dark:#7db4ff}');
    for (const other of ['x', '0b5fa5.css', '0b5fa5-7db4ff', '0b5fa5-7db4ff};a{.css'])
      expect((await app.request(`/assets/accent/${encodeURIComponent(other)}`)).status).toBe(404);
  });

  it('bring fonts of the blog where they are chosen, which the policy allows there alone', async () => {
    const { app, kept, settings } = world();
    const [visitor, ada] = [browser(app), browser(app)];
    await ada.logIn();
    const see = async (path: string, reader = visitor) => {
      kept.clear();
      const { headers } = await reader.get(path);
      const html = reader.text();
      const preloads = html.matchAll(/<link rel="preload" href="([^"]*)" as="font" type="font\/woff2" crossorigin>/g);
      return {
        isAllowed: headers.get('content-security-policy')?.endsWith("; font-src 'self'"),
        sheet: /<link rel="stylesheet" href="(\/assets\/fonts-[^"]*)">/.exec(html)?.[1],
        preloaded: [...preloads].map(([, path]) => path),
      };
    };
    const seeAll = () =>
      Promise.all([
        ...['/blog/', '/blog/login', '/docs/api', '/nothing'].map((path) => see(path)),
        see('/blog/', ada),
        see('/blog/new', ada),
      ]);
    const without = { isAllowed: false, sheet: undefined, preloaded: [] };
    for (const page of await seeAll()) expect(page).toEqual(without);
    settings.fonts = 'source';
    const withFonts = { isAllowed: true, sheet: fontSheetPath, preloaded: preloadedFontPaths };
    for (const page of await seeAll()) expect(page).toEqual(withFonts);
    for (const language of ['ko', 'ja', 'uk']) {
      settings.language = language;
      expect([language, await see('/blog/')]).toEqual([language, { ...withFonts, preloaded: [] }]);
    }
  });

  it('bring a style sheet with fonts that may be kept for ever', async () => {
    const { app } = world();
    const css = await (await app.request(fontSheetPath)).text();
    const paths = [...css.matchAll(/url\("?([^")]*)"?\)/g)].map(([, path]) => path as string);
    expect(paths).toEqual(expect.arrayContaining(preloadedFontPaths));
    expect(css.match(/font-display:optional/g)).toHaveLength(paths.length);
    for (const path of paths) {
      const response = await app.request(path);
      const { headers } = response;
      const bytes = Buffer.from(await response.arrayBuffer());
      expect([headers.get('content-type'), headers.get('cache-control')]).toEqual([
        'font/woff2',
        'public, max-age=31536000, immutable',
      ]);
      expect(bytes.subarray(0, 4).toString()).toBe('wOF2');
      expect(path).toContain(`-${hash('sha256', bytes).slice(0, 12)}.woff2`);
    }
    expect((await app.request('/assets/font-serif-normal-latin-000000000000.woff2')).status).toBe(404);
  });

  it('name the feed', async () => {
    const { app, settings } = world();
    Object.assign(settings, named);
    const feed = await (await app.request('https://x/blog/feed.xml')).text();
    expect(feed).toContain('xml:lang="ko"');
    expect(feed).toContain('<title>늦잠 &lt;b&gt;</title>\n<subtitle>Notes &quot;from&quot; the hedge.</subtitle>');
  });

  it('that could not be read make pages that are not kept', async () => {
    const { web } = world();
    const { app, kept } = world({
      site: { ...web.site, current: async () => ({ ...(await web.site.current()), unread: true }) },
    });
    for (const path of ['/blog/', '/blog/feed.xml', '/docs/api']) expect((await app.request(path)).status).toBe(200);
    expect(kept.size).toBe(0);
  });
});

describe('a blog that nobody has set up', () => {
  it('says so on every page, and what it means', async () => {
    const { app, settings } = world();
    settings.set_up = false;
    const foot = async () => {
      const html = await (await app.request('/blog/login')).text();
      return /<p class="not-set-up">(.*?)<\/p>/.exec(html)?.[1];
    };
    const link = '<a href="/setup">Set it up</a>.';
    expect(await foot()).toBe(`This blog was never set up: anybody can register and write. ${link}`);
    settings.registration = 'invitation';
    expect(await foot()).toBe(`This blog was never set up. ${link}`);
    settings.unread = true;
    expect(await foot()).toBe(undefined);
  });
});

describe('where strangers cannot register', () => {
  it.each([
    ['nobody', 'This blog takes no new accounts.'],
    ['invitation', 'by invitation only'],
  ] as const)('(%s) no page offers it, and its own page says why', async (registration, text) => {
    const { app, settings } = world();
    settings.registration = registration;
    const reader = browser(app);
    for (const path of ['/blog/', '/blog/login']) {
      await reader.get(path);
      expect([path, reader.text().includes('/blog/signup')]).toEqual([path, false]);
    }
    await reader.get('/blog/signup');
    expect(reader.text()).toContain(text);
    expect(reader.text()).not.toContain('<form method="post"');
    expect(reader.text().includes('href="/claim"')).toBe(registration === 'invitation');
  });
});

describe('the page of settings', () => {
  const asRoot = async (parts: Parameters<typeof world>[0] = {}) => {
    const made = world(parts);
    const root = browser(made.app);
    await root.logIn('root');
    await root.get('/blog/settings');
    return { ...made, root };
  };

  it('is for administrators', async () => {
    const { app } = world();
    const ada = browser(app);
    expect((await ada.get('/blog/settings')).headers.get('location')).toBe('/blog/login?next=%2Fblog%2Fsettings');
    await ada.logIn('ada');
    expect((await ada.get('/blog/settings')).status).toBe(403);
    expect(ada.text()).not.toContain('href="/blog/settings"');
    expect((await ada.submit('/blog/settings', { title: 'Mine' })).status).toBe(403);
  });

  it('changes what was typed, and every page at once', async () => {
    const { app, root, did, kept, settings } = await asRoot();
    await app.request('/blog/');
    expect(kept.size).toBe(1);
    expect(root.text()).toContain('aria-current="page">Settings</a>');
    for (const zone of ['UTC', 'Asia/Seoul']) expect(root.text()).toContain(`<option value="${zone}"></option>`);
    const typed = {
      title: 'Late',
      description: '',
      language: 'de',
      time_zone: 'Europe/Berlin',
      accent: '#0b5fa5',
      accent_dark: '#e6a56c',
      theme: 'sepia',
      fonts: 'source',
      navigation: 'About | /blog/posts/about\r\n\r\nA | B | https://b.example/',
      footer: '',
      layout: 'cards',
      posts_per_page: '5',
      comments: 'all_held',
      registration: 'invitation',
    };
    const response = await root.submit('/blog/settings', typed);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/blog/settings?saved']);
    const [, change, etag] = did('changeSettings')[0] ?? [];
    expect([change, etag]).toEqual([
      {
        title: 'Late',
        description: '',
        language: 'de',
        time_zone: 'Europe/Berlin',
        // Without accent_dark, which was not touched: auth makes one that belongs to the new accent.
        accent: '#0b5fa5',
        theme: 'sepia',
        fonts: 'source',
        logo: null,
        icon: null,
        layout: 'cards',
        navigation: [
          { label: 'About', href: '/blog/posts/about' },
          { label: 'A | B', href: 'https://b.example/' },
        ],
        footer: '',
        posts_per_page: 5,
        comments: 'all_held',
        registration: 'invitation',
      },
      '"1-authors"',
    ]);
    expect(did('purge').slice(-2)).toEqual([
      ['purge', 'site'],
      ['purge', 'page:'],
    ]);
    expect(kept.size).toBe(0);
    await root.get('/blog/settings?saved');
    expect(root.text()).toContain('The settings are saved.');
    expect([root.value('title'), root.value('navigation'), settings.version]).toEqual([
      'Late',
      'About | /blog/posts/about\nA | B | https://b.example/',
      2,
    ]);
  });

  it('uploads logo and icon, shows them on every page, and takes them away', async () => {
    const hashes = ['a'.repeat(64), 'b'.repeat(64)];
    const uploads: unknown[][] = [];
    const { web } = world();
    const { app, root, settings } = await asRoot({
      pictures: {
        ...web.pictures,
        upload: async (...given) => ({ hash: hashes[uploads.push(given) - 1] }) as never,
      },
    });
    const home = async () => (await app.request('/blog/')).text();
    expect(await home()).toContain('/favicon.svg');
    expect(root.text()).toContain('enctype="multipart/form-data"');
    const typed = {
      title: 'Late "riser"',
      language: 'en',
      time_zone: 'UTC',
      posts_per_page: '20',
      comments: 'none',
      registration: 'authors',
    };
    const files = { logo_file: new Blob(['one']), icon_file: new Blob(['two']) };
    expect((await root.submitFile('/blog/settings', typed, files)).status).toBe(303);
    expect(uploads.map(([bytes]) => String(bytes))).toEqual(['one', 'two']);
    expect(settings).toMatchObject({ logo: hashes[0], icon: hashes[1] });
    const page = await home();
    const at = (index: number, name: string) => `/blog/media/pictures/${hashes[index]}-${name}`;
    expect(page).toContain(`<img class="own-logo" src="${at(0, '640.webp')}" alt="Late &quot;riser&quot;">`);
    expect(page).toContain(`<link rel="icon" href="${at(1, '640.webp')}" type="image/webp">`);
    expect(page).toContain(`<link rel="apple-touch-icon" href="${at(1, '640.jpg')}">`);
    expect(page).not.toContain('favicon.svg');
    await root.get('/blog/settings');
    expect((await root.submitFile('/blog/settings', { ...typed, icon_none: 'yes' })).status).toBe(303);
    expect(settings).toMatchObject({ logo: hashes[0], icon: null });
    expect(await home()).toContain(`<link rel="icon" href="${at(0, '640.webp')}"`);
  });

  it('keeps a logo that was uploaded when another field is refused', async () => {
    const { web } = world();
    const hash = 'c'.repeat(64);
    const { root } = await asRoot({ pictures: { ...web.pictures, upload: async () => ({ hash }) as never } });
    const refused = await root.submitFile('/blog/settings', { accent: '#ffcc00' }, { logo_file: new Blob(['one']) });
    expect([refused.status, root.value('logo')]).toEqual([422, hash]);
  });

  it('says why a logo is not taken, and changes nothing', async () => {
    const { root, did } = await asRoot();
    const refused = await root.submitFile('/blog/settings', { title: 'Typed' }, { logo_file: new Blob(['one']) });
    expect([refused.status, root.value('title')]).toEqual([503, 'Typed']);
    expect(did('changeSettings')).toEqual([]);
  });

  it('keeps what was typed when it is refused, and says why beside each field', async () => {
    const { root } = await asRoot();
    const response = await root.submit('/blog/settings', { title: 'Typed', accent: '#ffcc00', navigation: 'a | /\nb' });
    expect(response.status).toBe(422);
    expect(root.text()).toContain('Accent colour has a contrast of only 1.4 : 1.');
    expect(root.text()).toContain('Navigation line 2: the address behind the | must be a path.');
    expect([root.value('title'), root.value('accent'), root.value('navigation')]).toEqual([
      'Typed',
      '#ffcc00',
      'a | /\nb',
    ]);
  });

  it('says that somebody else changed them meanwhile, and saves the second time', async () => {
    const { root, settings } = await asRoot();
    settings.version = 7;
    const form = {
      title: 'Mine',
      navigation: '',
      description: '',
      footer: '',
      language: 'en',
      time_zone: 'UTC',
      posts_per_page: '20',
      comments: 'none',
      registration: 'authors',
      accent: '#8f4a1b',
      accent_dark: '#e6a56c',
    };
    expect((await root.submit('/blog/settings', form)).status).toBe(412);
    expect(root.text()).toContain('Somebody else changed the settings');
    expect((await root.submit('/blog/settings', form)).status).toBe(303);
    expect(settings.title).toBe('Mine');
  });

  it('changes nothing without the token of this browser', async () => {
    const { root, did } = await asRoot();
    expect((await root.submit('/blog/settings', { title: 'x', csrf: 'A'.repeat(43) })).status).toBe(403);
    expect(did('changeSettings')).toEqual([]);
  });
});

describe('setting the blog up', () => {
  const fresh = () => {
    const made = world();
    Object.assign(made.settings, { set_up: false, version: 0 });
    return { ...made, owner: browser(made.app) };
  };
  const typed = {
    title: 'Late',
    language: 'en',
    username: 'root',
    email: 'root@example.org',
    password: 'right',
    registration: 'invitation',
  };

  it('asks for name, account and who else may come, and goes on logged in', async () => {
    const { owner, did, settings } = fresh();
    await owner.get('/setup?code=good');
    expect(owner.text()).toContain('<option value="invitation" selected>');
    const response = await owner.submit('/setup', typed, { 'x-client-address': '203.0.113.7' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/setup']);
    expect(did('setUp')).toEqual([['setUp', { code: 'good', ...typed }, '203.0.113.7']]);
    expect([settings.title, settings.set_up]).toEqual(['Late', true]);
    await owner.get('/setup');
    expect(owner.text()).toContain('href="/blog/new"');
    expect(owner.text()).toContain('npm run import');
  });

  it('speaks the language of the browser, and proposes it for the blog', async () => {
    const { owner, settings } = fresh();
    const korean = { 'accept-language': 'ko-KR,ko;q=0.9,en;q=0.5' };
    await owner.get('/setup', korean);
    expect(owner.text()).toContain('<html lang="ko">');
    await owner.get('/setup?code=good', korean);
    expect([owner.value('language'), owner.text().includes('블로그 이름')]).toEqual(['ko', true]);
    await owner.submit('/setup', { ...typed, language: 'ko' }, { 'accept-language': 'en' });
    expect(settings.language).toBe('ko');
    await owner.get('/setup', { 'accept-language': 'en' });
    expect(owner.text()).toContain('블로그가 준비되었습니다');
    const other = fresh().owner;
    await other.get('/setup?code=good', { 'accept-language': 'de-AT, en;q=0.5' });
    expect([other.value('language'), other.text().includes('Name of the blog')]).toEqual(['de', true]);
  });

  it('begins with a link, and says where that is', async () => {
    const { owner } = fresh();
    await owner.get('/setup');
    expect(owner.text()).toContain('npm run admin -- setup');
    expect(owner.text()).not.toContain('<form method="post"');
  });

  it('keeps what was typed when the code is no good, the password excepted', async () => {
    const { owner } = fresh();
    await owner.get('/setup?code=old');
    expect((await owner.submit('/setup', typed)).status).toBe(404);
    expect([owner.value('title'), owner.value('code')]).toEqual(['Late', 'old']);
    expect(owner.text()).not.toContain('value="right"');
  });

  it('that was done already leads to what is next', async () => {
    const { owner, settings } = fresh();
    await owner.get('/setup?code=good');
    settings.set_up = true;
    expect((await owner.submit('/setup', typed)).headers.get('location')).toBe('/setup');
    await owner.get('/setup?code=good');
    expect(owner.text()).toContain('This blog is set up.');
  });
});
