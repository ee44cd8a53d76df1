import { type AppError, fail } from '@dormouse/runtime/errors';
import { describe, expect, it } from 'vitest';
import { aPost, browser, failingOnce, unescapeHtml, world } from './app.fixture.ts';
import type { Web } from './dependencies.ts';

const typed = {
  title: 'On sleep',
  category_name: 'C#',
  content: '\n  Two *lines*\n\n</textarea><script>alert(1)</script>&amp; מה "חדש" 😴',
};

/** Ada, logged in, in front of an empty editor. */
async function atTheEditor(posts: (given: Web['posts']) => Partial<Web['posts']> = () => ({})) {
  const given = world();
  const made = world({ posts: { ...given.web.posts, ...posts(given.web.posts) } });
  const ada = browser(made.app);
  await ada.logIn();
  await ada.get('/blog/new');
  return {
    ...made,
    ada,
    did: (name: string) => [...given.calls, ...made.calls].filter(([what]) => what === name),
    stored: given.stored,
    etag: given.etag,
  };
}

const expectAllKept = (ada: ReturnType<typeof browser>) => {
  expect({
    title: ada.value('title'),
    category_name: ada.value('category_name'),
    content: ada.value('content'),
  }).toEqual(typed);
  expect(ada.text()).not.toContain('<script>');
};

describe('writing', () => {
  it('needs a log-in, and comes back after it', async () => {
    const ada = browser(world().app);
    for (const path of [
      '/blog/new',
      '/blog/posts/x/revisions',
      '/blog/drafts',
      '/blog/posts',
      '/blog/deleted',
      '/blog/posts/x/edit',
      '/blog/posts/x/delete',
    ]) {
      const response = await ada.get(path);
      expect([response.status, response.headers.get('location')]).toEqual([
        303,
        `/blog/login?next=${encodeURIComponent(path)}`,
      ]);
    }
  });

  it.each(['published', 'draft'] as const)('saves as %s and shows the post', async (action) => {
    const { ada, did } = await atTheEditor();
    const response = await ada.submit('/blog/new', { ...typed, action });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/blog/posts/new-post']);
    const [, input, , token] = did('create')[0] as unknown[];
    expect(input).toEqual({ ...typed, status: action, kind: 'post', cover: null });
    expect(token).toBe(ada.cookies.get('dormouse_access'));
  });

  it('sends tags between commas, and shows them again', async () => {
    const { ada, did } = await atTheEditor();
    await ada.submit('/blog/new', { ...typed, tags: ' C#, Deep sleep,，日記、 ,', action: 'preview' });
    expect(ada.value('tags')).toBe('C#, Deep sleep, 日記');
    await ada.submit('/blog/new', { ...typed, tags: ' C#, Deep sleep,，日記、 ,', action: 'published' });
    expect(did('create')[0]?.[1]).toMatchObject({ tags: ['C#', 'Deep sleep', '日記'] });
    await ada.get('/blog/posts/new-post/edit');
    expect(ada.value('tags')).toBe('C#, Deep sleep, 日記');
    await ada.submit('/blog/posts/new-post/edit', { ...typed, tags: '', action: 'published' });
    expect(did('update')[0]?.[2]).toMatchObject({ tags: [] });
  });

  it('makes a page in three clicks, without a category, and a post of it again', async () => {
    const { ada, did } = await atTheEditor();
    await ada.submit('/blog/new', { title: 'About', content: 'Us.', tags: 'Kept', action: 'page' });
    expect(ada.text()).toContain('<h1 class="small">Write a page</h1>');
    expect(ada.text()).not.toContain('<label for="category_name">');
    expect([ada.value('title'), ada.value('content')]).toEqual(['About', 'Us.']);
    const saved = await ada.submit('/blog/new', { title: 'About', content: 'Us.', action: 'published' });
    expect([saved.status, did('create')[0]?.[1]]).toMatchObject([
      303,
      { title: 'About', kind: 'page', category_name: 'General', tags: ['Kept'], status: 'published' },
    ]);
    await ada.get('/blog/posts/new-post/edit');
    await ada.submit('/blog/posts/new-post/edit', { title: 'About', content: 'Us.', action: 'post' });
    expect(ada.text()).toContain('<label for="category_name">');
    await ada.get('/blog/new?kind=page');
    expect(ada.text()).toContain('<h1 class="small">Write a page</h1>');
  });

  it('takes the language of a text, and none where the field is empty', async () => {
    const { ada, did, stored } = await atTheEditor();
    await ada.submit('/blog/new', { ...typed, lang: ' de-AT ', action: 'preview' });
    expect(ada.text()).toContain('<div class="prose e-content" lang="de-AT" dir="auto">');
    expect(ada.value('lang')).toBe('de-AT');
    await ada.submit('/blog/new', { ...typed, lang: 'de-AT', action: 'draft' });
    expect(did('create')[0]?.[1]).toMatchObject({ lang: 'de-AT' });
    stored.push(aPost({ slug: 'mine', lang: 'ko' }));
    await ada.get('/blog/posts/mine/edit');
    expect(ada.value('lang')).toBe('ko');
    await ada.submit('/blog/posts/mine/edit', { ...typed, lang: '', action: 'published' });
    expect(did('update')[0]?.[2]).toMatchObject({ lang: null });
  });

  it('leaves a page one where an editor of before does not say it', async () => {
    const { ada, did, stored } = await atTheEditor();
    stored.push(aPost({ kind: 'page', slug: 'about' }));
    await ada.get('/blog/posts/about/edit');
    await ada.submit('/blog/posts/about/edit', { ...typed, kind: '', action: 'published' });
    expect(did('update')[0]?.[2]).toHaveProperty('kind', undefined);
  });

  it('leaves tags as they are where a page of before has no field for them', async () => {
    const { ada, did } = await atTheEditor();
    await ada.submit('/blog/new', { ...typed, action: 'draft' });
    expect(did('create')[0]?.[1]).toHaveProperty('tags', undefined);
  });

  it('says which tag cannot be one, at the field of all of them', async () => {
    const errors = [{ field: 'tags.1', message: 'must have at most 50 characters' }];
    const { ada } = await atTheEditor(() => ({
      create: async () => fail('invalid', 'Some fields are not acceptable.', { errors }),
    }));
    await ada.submit('/blog/new', { ...typed, tags: `one, ${'x'.repeat(51)}`, action: 'draft' });
    expect(unescapeHtml(ada.text())).toContain(`id="tags-error">“${'x'.repeat(51)}” must have at most 50 characters.`);
  });

  it('publishes at a time of the blog’s zone, says so, and shows the time again', async () => {
    const { ada, did, settings } = await atTheEditor();
    settings.time_zone = 'Asia/Seoul';
    await ada.get('/blog/new');
    expect(ada.text()).toContain('Time zone: Asia/Seoul.');
    await ada.submit('/blog/new', { ...typed, published_at: '2026-12-01T09:00', action: 'published' });
    expect(did('create')[0]?.[1]).toMatchObject({ status: 'published', published_at: '2026-12-01T00:00:00.000Z' });
    await ada.get('/blog/posts/new-post');
    expect(ada.text()).toContain('This is published on 1 December 2026 at 09:00 (Asia/Seoul), and a draft until then');
    await ada.get('/blog/posts/new-post/edit');
    expect(ada.value('published_at')).toBe('2026-12-01T09:00');
    expect(ada.text()).toContain('>Publish at this time</button>');
    await ada.submit('/blog/posts/new-post/edit', { ...typed, published_at: '2026-12-01T09:00', action: 'draft' });
    expect(did('update')[0]?.[2]).toMatchObject({ status: 'draft', published_at: null });
  });

  it('leaves the time of a post alone that is published', async () => {
    const { ada, did, stored } = await atTheEditor();
    stored.push(aPost({ slug: 'there' }));
    await ada.get('/blog/posts/there/edit');
    expect(ada.value('published_at')).toBeUndefined();
    await ada.submit('/blog/posts/there/edit', { ...typed, action: 'published' });
    expect(did('update')[0]?.[2]).toHaveProperty('published_at', undefined);
  });

  it('dates a post by clocks of the blog’s zone, and leaves alone what nobody has changed', async () => {
    const { ada, did, settings, stored } = await atTheEditor();
    settings.time_zone = 'Asia/Seoul';
    stored.push(aPost({ slug: 'there', created_at: '2026-06-04T10:00:07.123Z' }));
    const sent = () => [...did('update'), ...did('create')].at(-1)?.find((each) => typeof each === 'object');
    await ada.get('/blog/posts/there/edit');
    expect([ada.value('date'), ada.value('was_date')]).toEqual(['2026-06-04T19:00', '2026-06-04T19:00']);
    await ada.submit('/blog/posts/there/edit', { ...typed, date: '2026-06-04T19:00', action: 'published' });
    expect(sent()).toMatchObject({ date: undefined });
    await ada.get('/blog/posts/there/edit');
    await ada.submit('/blog/posts/there/edit', { ...typed, date: '2009-02-03T09:30', action: 'preview' });
    expect([ada.value('date'), ada.value('was_date')]).toEqual(['2009-02-03T09:30', '2026-06-04T19:00']);
    await ada.submit('/blog/posts/there/edit', { ...typed, date: '2009-02-03T09:30', action: 'published' });
    expect(sent()).toMatchObject({ date: '2009-02-03T00:30:00.000Z' });
    await ada.get('/blog/posts/there/edit');
    await ada.submit('/blog/posts/there/edit', { ...typed, date: '', action: 'published' });
    expect(sent()).toMatchObject({ date: undefined });
    await ada.get('/blog/new');
    expect(ada.value('date')).toBe('');
    await ada.submit('/blog/new', { ...typed, date: '2009-02-03T09:30', action: 'draft' });
    expect(sent()).toMatchObject({ status: 'draft', date: '2009-02-03T00:30:00.000Z' });
  });

  it('shows what is no time again, with what posts says of it', async () => {
    const errors = [{ field: 'published_at', message: 'must be a date and time as in RFC 3339' }];
    const { ada, did } = await atTheEditor(() => ({
      create: async () => fail('invalid', 'Some fields are not acceptable.', { errors }),
    }));
    expect((await ada.submit('/blog/new', { ...typed, published_at: 'soon', action: 'published' })).status).toBe(422);
    expect(ada.value('published_at')).toBe('soon');
    expect(ada.text()).toContain('id="published_at-error"');
    expect(did('create')).toEqual([]);
  });

  it('sends line ends as the API counts them, not as forms send them', async () => {
    const { ada, did } = await atTheEditor();
    await ada.submit('/blog/new', { ...typed, content: 'a\r\nb\rc\nd', action: 'draft' });
    expect(did('create')[0]?.[1]).toMatchObject({ content: 'a\nb\nc\nd' });
  });

  it('purges what everybody sees', async () => {
    const { ada, did, kept } = await atTheEditor();
    await browser(world().app).get('/blog/');
    await ada.submit('/blog/new', { ...typed, action: 'published' });
    expect(did('purge')).toEqual([['purge', 'page:']]);
    expect(kept.size).toBe(0);
  });

  it('sends the same key when the button is pressed twice', async () => {
    const { ada, did } = await atTheEditor();
    await Promise.all([
      ada.submit('/blog/new', { ...typed, action: 'published' }),
      ada.submit('/blog/new', { ...typed, action: 'published' }),
    ]);
    const keys = did('create').map(([, , key]) => key);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });

  it('takes the harmless button when Enter is pressed in a field', async () => {
    const { ada } = await atTheEditor();
    expect(/<button[^>]* name="action" value="(\w+)"/.exec(ada.text())?.[1]).toBe('preview');
  });

  it('offers the categories there are', async () => {
    const { ada } = await atTheEditor();
    const [offered = ''] = /<datalist id="categories">.*/.exec(ada.text()) ?? [];
    expect(
      Array.from(offered.matchAll(/<option value="([^"]*)">/g), ([, name]) => unescapeHtml(name as string)),
    ).toEqual(['General', 'C#', '<b>Bold</b>']);
  });
});

describe('a preview', () => {
  it('shows the rendered text above the form, saves nothing and keeps every character', async () => {
    const { ada, did } = await atTheEditor();
    const response = await ada.submit('/blog/new', { ...typed, action: 'preview' });
    expect(response.status).toBe(200);
    expect(ada.text()).toContain('Two <em>lines</em>');
    expectAllKept(ada);
    expect(did('create')).toEqual([]);
  });
  it('is the page, to the letter', async () => {
    const content = '제목 하나\n\n[toc]\n\n# A {#b}\n\nOne[^1], $x^2$ :tada:\n\n```js {1}\na\n```\n\n[^1]: Note.\n';
    const { ada, app, stored } = await atTheEditor();
    await ada.submit('/blog/new', { ...typed, content: content.replaceAll('\n', '\r\n'), action: 'preview' });
    // Stored texts are trimmed.
    stored.push(aPost({ slug: 'shown', title: typed.title, content: content.trim() }));
    const page = await (await app.request('/blog/posts/shown')).text();
    const shown = (html: string) => /<div class="prose e-content".*?(?=\n<\/section>|\n<footer)/s.exec(html)?.[0];
    expect(shown(ada.text())).toContain('<div class="prose e-content" lang="ko" dir="auto">');
    expect(shown(ada.text())).toBe(shown(page));
  });
  it('can be asked for before there is a title', async () => {
    const { ada } = await atTheEditor();
    expect(
      (await ada.submit('/blog/new', { title: '', category_name: '', content: 'x', action: 'preview' })).status,
    ).toBe(200);
    expect(ada.text()).toContain('formnovalidate');
  });
  it('is not made for somebody who is not logged in', async () => {
    const ada = browser(world().app);
    await ada.get('/blog/login');
    expect((await ada.submit('/blog/new', { ...typed, action: 'preview' })).status).toBe(401);
    expect(ada.text()).not.toContain('<em>');
    expectAllKept(ada);
  });
});

describe('nothing typed is lost', () => {
  const failures: [string, () => AppError, number, string][] = [
    [
      'fields are refused',
      () => caught('invalid', { errors: [{ field: 'title', message: 'must have at most 120 characters' }] }),
      422,
      'Title must have at most 120 characters.',
    ],
    [
      'posts does not answer',
      () => caught('unavailable', { headers: { 'retry-after': '2' } }),
      503,
      'Nothing you typed is lost',
    ],
    ['something breaks', () => caught('internal'), 500, 'Nothing you typed is lost'],
    ['the text is too large', () => caught('too_large'), 413, 'x'],
    [
      'there were too many',
      () => caught('too_many_requests', { headers: { 'retry-after': '61' } }),
      429,
      'Try again in 61 seconds',
    ],
    ['it is not allowed', () => caught('forbidden'), 403, 'x'],
    ['the same text is still being saved', () => caught('idempotency_in_flight'), 409, 'x'],
  ];
  it.each(failures)('when %s', async (_, error, status, words) => {
    const { ada } = await atTheEditor((posts) => ({ create: failingOnce(error(), posts.create) }));
    const response = await ada.submit('/blog/new', { ...typed, action: 'published' });
    expect(response.status).toBe(status);
    expect(response.headers.get('retry-after')).toBe(error().headers?.['retry-after'] ?? null);
    expect(ada.text()).toContain(words);
    expect(ada.text()).toContain('role="alert"');
    expectAllKept(ada);
    expect((await ada.submit('/blog/new', { ...typed, action: 'published' })).status).toBe(303);
  });

  it('keeps the key after a failure of which nobody knows what it did, and takes a new one for a corrected text', async () => {
    for (const [code, same] of [
      ['unavailable', true],
      ['internal', true],
      ['invalid', false],
      ['idempotency_mismatch', false],
    ] as const) {
      const { ada, did } = await atTheEditor((posts) => ({ create: failingOnce(caught(code), posts.create) }));
      const before = ada.value('key');
      await ada.submit('/blog/new', { ...typed, action: 'published' });
      await ada.submit('/blog/new', { ...typed, action: 'published' });
      expect([code, did('create')[0]?.[2] === before]).toEqual([code, same]);
    }
  });

  it('when the session ended meanwhile: it is enough to log in in the same form', async () => {
    const { ada, did } = await atTheEditor();
    ada.cookies.delete('dormouse_access');
    ada.cookies.delete('dormouse_refresh');
    expect((await ada.submit('/blog/new', { ...typed, action: 'published' })).status).toBe(401);
    expectAllKept(ada);
    expect(
      (await ada.submit('/blog/new', { ...typed, username: 'ada', password: 'wrong', action: 'published' })).status,
    ).toBe(401);
    expect(ada.text()).toContain('User name or password is wrong.');
    expectAllKept(ada);
    expect(
      (await ada.submit('/blog/new', { ...typed, username: 'ada', password: 'right', action: 'published' })).status,
    ).toBe(303);
    expect(did('create')).toHaveLength(1);
  });

  it('when the session of somebody with a second factor ended meanwhile: the form asks for its code', async () => {
    const { ada, did } = await atTheEditor();
    ada.cookies.delete('dormouse_access');
    ada.cookies.delete('dormouse_refresh');
    await ada.submit('/blog/new', { ...typed, action: 'published' });
    expect(ada.value('code')).toBeUndefined();
    const holly = { ...typed, username: 'holly', password: 'right', action: 'published' };
    expect((await ada.submit('/blog/new', holly)).status).toBe(401);
    expect(ada.value('code')).toBe('');
    expectAllKept(ada);
    expect((await ada.submit('/blog/new', { ...holly, code: '123456' })).status).toBe(303);
    expect(did('create')).toHaveLength(1);
  });

  it.each([429, 503])('when auth refuses a log-in there with %i: the fields stay, the code’s too', async (status) => {
    const { web } = world();
    const logIn: typeof web.accounts.logIn = async (...[name, , , , code]) =>
      name === 'ada'
        ? web.accounts.logIn('ada', 'right', '')
        : fail(status === 429 ? 'too_many_requests' : 'unavailable', 'x', {
            errors: code ? [] : [{ field: 'code', message: 'is needed' }],
          });
    const ada = browser(world({ accounts: { ...web.accounts, logIn } }).app);
    await ada.logIn();
    await ada.get('/blog/new');
    ada.cookies.delete('dormouse_access');
    ada.cookies.delete('dormouse_refresh');
    await ada.submit('/blog/new', { ...typed, action: 'published' });
    for (const code of [{}, { code: '123456' }]) {
      const tried = { ...typed, ...code, username: 'holly', password: 'right', action: 'published' };
      expect((await ada.submit('/blog/new', tried)).status).toBe(status);
      expect([ada.value('username'), ada.value('code')]).toEqual(['holly', '']);
      expectAllKept(ada);
    }
  });

  it('when posts does not take the token any more', async () => {
    const { ada } = await atTheEditor((posts) => ({ create: failingOnce(caught('unauthorized'), posts.create) }));
    expect((await ada.submit('/blog/new', { ...typed, action: 'published' })).status).toBe(401);
    expectAllKept(ada);
    expect(ada.cookies.has('dormouse_access')).toBe(false);
    expect(
      (await ada.submit('/blog/new', { ...typed, username: 'ada', password: 'right', action: 'published' })).status,
    ).toBe(303);
  });

  it('when the form was older than the session', async () => {
    const { ada } = await atTheEditor();
    const csrf = ada.value('csrf') as string;
    ada.cookies.delete('dormouse_access');
    ada.cookies.delete('dormouse_refresh');
    await ada.logIn();
    expect(
      (await ada.submit('/blog/new', { ...typed, csrf, key: 'k', id: '0', etag: '', action: 'published' })).status,
    ).toBe(403);
    expectAllKept(ada);
    expect((await ada.submit('/blog/new', { ...typed, action: 'published' })).status).toBe(303);
  });

  it('when the categories do not answer', async () => {
    const { app } = world({
      categories: { all: async () => fail('unavailable', 'x'), movedTo: async () => fail('unavailable', 'x') },
    });
    const ada = browser(app);
    await ada.logIn();
    expect((await ada.get('/blog/new')).status).toBe(200);
  });
});

describe('editing', () => {
  const withPost = async () => {
    const made = world();
    const post = aPost({ slug: 'mine', title: 'Before', content: 'Old', author: 'ada' });
    made.stored.push(post);
    const ada = browser(made.app);
    await ada.logIn();
    await ada.get('/blog/posts/mine/edit');
    return { ...made, ada, post };
  };

  it('begins with what is stored, and saves against the version it began with', async () => {
    const { ada, did, post, etag } = await withPost();
    const tag = etag(post);
    expect([ada.value('title'), ada.value('content'), ada.value('category_name'), ada.value('etag')]).toEqual([
      'Before',
      'Old',
      'General',
      tag,
    ]);
    const response = await ada.submit('/blog/posts/mine/edit', { ...typed, action: 'published' });
    expect(response.status).toBe(303);
    expect(did('update')[0]?.slice(1, 4)).toEqual([
      post.id,
      { ...typed, kind: 'post', cover: null, status: 'published' },
      tag,
    ]);
  });

  it('shows both texts when somebody else was faster, and lets the author decide', async () => {
    const { ada, stored, post } = await withPost();
    stored[0] = { ...post, title: 'Theirs', content: 'Their <text>' };
    expect((await ada.submit('/blog/posts/mine/edit', { ...typed, action: 'published' })).status).toBe(412);
    expect(ada.text()).toContain('Their &lt;text&gt;</textarea>');
    expect(ada.text()).toContain('<dd dir="auto">Theirs</dd>');
    expectAllKept(ada);
    expect((await ada.submit('/blog/posts/mine/edit', { ...typed, action: 'published' })).status).toBe(303);
    expect(stored[0]).toMatchObject(typed);
  });

  it('makes a new post of the text when the old one was deleted meanwhile', async () => {
    const { ada, stored, did } = await withPost();
    stored.length = 0;
    expect((await ada.submit('/blog/posts/mine/edit', { ...typed, action: 'published' })).status).toBe(404);
    expectAllKept(ada);
    expect(ada.text()).toContain('<form method="post" action="/blog/new"');
    expect((await ada.submit('/blog/new', { ...typed, action: 'published' })).status).toBe(303);
    expect(did('create')).toHaveLength(1);
  });

  it('keeps a published post published in its preview, and can make it a draft again', async () => {
    const { ada, did } = await withPost();
    await ada.submit('/blog/posts/mine/edit', { ...typed, action: 'preview' });
    expect(ada.text()).toContain('Back to draft');
    await ada.submit('/blog/posts/mine/edit', { ...typed, action: 'draft' });
    expect(did('update')[0]?.[2]).toMatchObject({ status: 'draft' });
  });

  it('is not offered to others, and posts has the last word', async () => {
    const { app, stored } = world();
    stored.push(aPost({ slug: 'hers', author: 'grace' }));
    const ada = browser(app);
    await ada.logIn();
    for (const what of ['edit', 'delete']) expect((await ada.get(`/blog/posts/hers/${what}`)).status).toBe(403);
    expect((await ada.get('/blog/posts/none/edit')).status).toBe(404);
  });
});

describe('deleting', () => {
  const attempt = async () => {
    const made = world();
    const post = aPost({ slug: 'mine', title: '<i>Mine</i>' });
    made.stored.push(post, aPost());
    const ada = browser(made.app);
    await ada.logIn();
    await ada.get('/blog/posts/mine/delete');
    return { ...made, ada, post };
  };
  it('asks first, then deletes the version that was shown', async () => {
    const { ada, did, post, etag, stored } = await attempt();
    expect(ada.text()).toContain('&lt;i&gt;Mine&lt;/i&gt;');
    expect(stored).toHaveLength(2);
    const response = await ada.submit('/blog/posts/mine/delete');
    expect([response.status, response.headers.get('location')]).toEqual([303, `/blog/deleted?just=${post.id}`]);
    expect(did('remove')[0]?.slice(1, 3)).toEqual([post.id, etag(post)]);
    expect(did('purge')).toHaveLength(1);
  });
  it('asks again when the post was changed meanwhile', async () => {
    const { web, stored } = world();
    const { app } = world({
      posts: { ...web.posts, remove: failingOnce(caught('precondition_failed'), async () => {}) },
    });
    stored.push(aPost({ slug: 'mine' }));
    const ada = browser(app);
    await ada.logIn();
    await ada.get('/blog/posts/mine/delete');
    expect((await ada.submit('/blog/posts/mine/delete')).status).toBe(412);
    expect(ada.text()).toContain('Look at it again');
    expect((await ada.submit('/blog/posts/mine/delete')).status).toBe(303);
  });
  it('is content when it is gone already', async () => {
    const { web, stored } = world();
    const { app } = world({ posts: { ...web.posts, remove: async () => fail('not_found', 'x') } });
    stored.push(aPost({ slug: 'mine' }));
    const ada = browser(app);
    await ada.logIn();
    await ada.get('/blog/posts/mine/delete');
    expect((await ada.submit('/blog/posts/mine/delete')).status).toBe(303);
  });
});

describe('a page in the navigation', () => {
  const page = { title: 'About', content: 'Us.', category_name: '', kind: 'page', action: 'published' };
  const opened = async (name = 'root') => {
    const made = world();
    const who = browser(made.app);
    await who.logIn(name);
    return { ...made, who };
  };
  const links = ({ settings }: { settings: { navigation: readonly object[] } }) => settings.navigation;

  it('is put there by one box when it is published, keeps its name, and is taken out', async () => {
    const made = await opened();
    const { who, stored } = made;
    await who.get('/blog/new?kind=page');
    expect(who.text()).toMatch(/name="in_navigation" value="yes" aria-describedby="in_navigation-hint">/);
    await who.submit('/blog/new', { ...page, in_navigation: 'yes' });
    expect(links(made)).toEqual([{ label: 'About', href: '/blog/posts/new-post' }]);
    Object.assign(made.settings, { navigation: [{ label: 'Us', href: '/blog/posts/new-post' }] });
    await who.get('/blog/posts/new-post/edit');
    expect(who.text()).toMatch(/name="in_navigation"[^>]* checked>/);
    await who.submit('/blog/posts/new-post/edit', { ...page, title: 'About us', in_navigation: 'yes' });
    expect(links(made)).toEqual([{ label: 'Us', href: '/blog/posts/new-post' }]);
    await who.get('/blog/posts/new-post/edit');
    await who.submit('/blog/posts/new-post/edit', { ...page, title: 'About us' });
    expect([links(made), stored.length]).toEqual([[], 1]);
  });

  it('leaves when the page goes back to draft, or is deleted', async () => {
    const made = await opened();
    const { who, settings, stored } = made;
    await who.get('/blog/new?kind=page');
    await who.submit('/blog/new', { ...page, in_navigation: 'yes' });
    const other = { label: 'Elsewhere', href: 'https://example.org/' };
    Object.assign(settings, { navigation: [...settings.navigation, other] });
    await who.get('/blog/posts/new-post/edit');
    await who.submit('/blog/posts/new-post/edit', { ...page, action: 'draft', in_navigation: 'yes' });
    expect(links(made)).toEqual([other]);
    Object.assign(stored[0]!, { status: 'published' });
    Object.assign(settings, { navigation: [other, { label: 'About', href: '/blog/posts/new-post' }] });
    await who.get('/blog/posts/new-post/delete');
    await who.submit('/blog/posts/new-post/delete');
    expect(links(made)).toEqual([other]);
  });

  it('is not there as a draft, and a problem with the settings loses no page', async () => {
    const made = await opened();
    await made.who.get('/blog/new?kind=page');
    await made.who.submit('/blog/new', { ...page, action: 'draft', in_navigation: 'yes' });
    expect([links(made), made.stored.length]).toEqual([[], 1]);
    const { app } = world({
      posts: made.web.posts,
      blogSettings: { ...made.web.blogSettings, change: async () => fail('unavailable', 'x') },
    });
    const root = browser(app);
    await root.logIn('root');
    await root.get('/blog/new?kind=page');
    expect((await root.submit('/blog/new', { ...page, in_navigation: 'yes' })).status).toBe(303);
  });

  it('is offered to administrators alone, and of pages alone', async () => {
    const made = await opened('ada');
    await made.who.get('/blog/new?kind=page');
    expect(made.who.text()).not.toContain('in_navigation');
    await made.who.submit('/blog/new', { ...page, in_navigation: 'yes', navigation: 'asked' });
    expect([made.did('create').length, made.did('changeSettings').length]).toEqual([1, 0]);
    const { who } = await opened();
    await who.get('/blog/new');
    expect(who.text()).not.toContain('in_navigation');
  });
});

describe('what was deleted', () => {
  const opened = async () => {
    const made = world();
    const post = aPost({ slug: 'mine', title: '<i>Mine</i>', status: 'draft' });
    made.gone.push(post);
    made.names.set('ada', 'Ada <i>');
    const ada = browser(made.app);
    await ada.logIn();
    return { ...made, ada, post };
  };
  it('is listed with the days that are left, and undone by one button after deleting', async () => {
    const { ada, did, post, stored } = await opened();
    await ada.get(`/blog/deleted?just=${post.id}`);
    expect(ada.text()).toMatch(/&lt;i&gt;Mine&lt;\/i&gt;<\/strong> is deleted.*\n*.*Undo/);
    expect(ada.text()).toContain('2 days are left.');
    expect(ada.text()).toContain('By <bdi>Ada &lt;i&gt;</bdi>. Deleted on 12 May 2026 at 12:00 (UTC) by');
    expect(ada.text()).toContain('after=older');
    const response = await ada.submit('/blog/deleted', { id: String(post.id), action: 'restore' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/blog/posts/mine']);
    expect([did('restore')[0]?.[1], stored.length, did('purge').length]).toEqual([post.id, 1, 1]);
  });
  it('is forgotten when asked for', async () => {
    const { ada, did, post, gone } = await opened();
    await ada.get('/blog/deleted');
    expect(ada.text()).not.toContain('Undo');
    const response = await ada.submit('/blog/deleted', { id: String(post.id), action: 'forget' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/blog/deleted']);
    expect([did('forget')[0]?.[1], gone]).toEqual([post.id, []]);
  });
  it('says so when it cannot be restored any more, or the form is not ours', async () => {
    const { ada, did, gone } = await opened();
    await ada.get('/blog/deleted');
    gone.length = 0;
    expect((await ada.submit('/blog/deleted', { id: '7', action: 'restore' })).status).toBe(404);
    expect(ada.text()).toContain('not among the deleted ones any more');
    expect(ada.text()).toContain('Nothing was deleted');
    expect((await ada.submit('/blog/deleted', { id: '7', csrf: 'x' })).status).toBe(403);
    expect(did('restore')).toHaveLength(1);
  });
});

describe('versions of a post', () => {
  const opened = async (parts: Parameters<typeof aPost>[0] = {}) => {
    const all = world();
    all.stored.push(aPost({ slug: 'mine', version: 3, tags: ['A'], content: 'It is *this* text.', ...parts }));
    const ada = browser(all.app);
    await ada.logIn();
    return { ...all, ada };
  };

  it('are listed, and one of them stands beside the present text', async () => {
    const { ada } = await opened();
    await ada.get('/blog/posts/mine/revisions');
    expect(ada.text()).toContain('/blog/posts/mine/revisions?version=1');
    expect(ada.text()).not.toContain('Restore');
    await ada.get('/blog/posts/mine/revisions?version=1');
    expect(ada.text()).toContain('<del>was</del><ins>is</ins>');
    expect((await ada.get('/blog/posts/mine/revisions?version=x')).status).toBe(404);
  });

  it('come back with title and text, and leave the rest as it is', async () => {
    const { ada, did } = await opened();
    await ada.get('/blog/posts/mine/revisions?version=1');
    expect((await ada.submit('/blog/posts/mine/revisions')).status).toBe(303);
    expect(did('update')[0]?.[2]).toMatchObject({
      title: 'Old title',
      content: 'It was *another* text.',
      tags: ['A'],
      status: 'published',
      published_at: undefined,
    });
  });

  it('never replace what somebody wrote meanwhile', async () => {
    const { ada, stored } = await opened();
    await ada.get('/blog/posts/mine/revisions?version=1');
    stored[0] = aPost({ ...stored[0], content: 'Written meanwhile, and long.' });
    expect((await ada.submit('/blog/posts/mine/revisions')).status).toBe(412);
    expect(ada.text()).toContain('Look at the difference again');
    expect(stored[0].content).toBe('Written meanwhile, and long.');
  });

  it('are not there for readers and other authors', async () => {
    const { ada } = await opened({ author: 'bob' });
    expect((await ada.get('/blog/posts/mine/revisions')).status).toBe(403);
  });
});

describe('drafts', () => {
  it("are the reader's own, by their token", async () => {
    const { app, stored, did } = world();
    stored.push(aPost({ status: 'draft', title: 'Half a thought', slug: 'half' }), aPost({ title: 'Whole' }));
    const ada = browser(app);
    await ada.logIn();
    await ada.get('/blog/drafts');
    expect(ada.text()).toContain('Half a thought');
    expect(ada.text()).toContain('/blog/posts/half/edit');
    expect(ada.text()).not.toContain('Whole');
    expect(did('list')[0]?.slice(1)).toEqual([
      { limit: 20, author: 'ada', status: 'draft', scheduled: 'false' },
      ada.cookies.get('dormouse_access'),
    ]);
  });

  it('are one list with what is published, by state, category and tag, page by page', async () => {
    const { app, stored, did } = world();
    stored.push(aPost({ status: 'draft', title: 'Half a thought', slug: 'half' }));
    for (let n = 0; n < 21; n++) stored.push(aPost({ title: `Whole ${n}.`, slug: `whole-${n}`, tags: ['Big Ideas'] }));
    stored.push(aPost({ title: 'By another', slug: 'other', author: 'bob', tags: ['Big Ideas'] }));
    const ada = browser(app);
    await ada.logIn();
    await ada.get('/blog/posts?state=published&tag=Big%20Ideas&author=bob');
    expect(ada.text()).toContain('Whole 0.');
    expect(ada.text()).not.toContain('Half a thought');
    expect(ada.text()).not.toContain('By another');
    const asked = { limit: 20, author: 'ada', status: 'published', kind: 'post', tag: 'big-ideas' };
    expect(did('list')[0]?.[1]).toEqual(asked);
    const next = /rel="next" href="([^"]+)"/.exec(ada.text())?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(next).toMatch(/^\/blog\/posts\?state=published&tag=Big\+Ideas&after=/);
    await ada.get(next);
    expect(ada.text()).toContain('Whole 20.');
    expect(ada.text()).not.toContain('rel="next"');
    await ada.get('/blog/posts');
    expect(did('list').at(-1)?.[1]).toEqual({ limit: 20, author: 'ada', status: 'all' });
    expect(ada.text()).toContain('Half a thought');
    expect(ada.text()).toMatch(/aria-current="page">All <span class="count">22</);
    expect(ada.text()).toMatch(/>Scheduled <span class="count">0</);
    await ada.get('/blog/posts?state=page&category=nothing');
    expect(ada.text()).toContain('There are no such posts.');
  });

  it('are those of everybody for editors who ask for it', async () => {
    const { app, stored, did, names } = world();
    names.set('bob', 'Bob <i>');
    stored.push(aPost({ title: 'By another', slug: 'other', author: 'bob' }));
    const edna = browser(app);
    await edna.logIn('edna');
    await edna.get('/blog/posts?state=published');
    expect(edna.text()).not.toContain('By another');
    await edna.get('/blog/posts?state=published&author=');
    expect(edna.text()).toContain('By another');
    expect(edna.text()).toContain('By <bdi>Bob &lt;i&gt;</bdi>');
    expect(edna.text()).toContain('Posts of authors');
    expect(did('list').map(([, query]) => (query as { author?: string }).author)).toEqual(['edna', undefined]);
  });
});

function caught(...parts: Parameters<typeof failure>): AppError {
  try {
    return failure(...parts);
  } catch (error) {
    return error as AppError;
  }
}
const failure = (code: Parameters<typeof fail>[0], options?: Parameters<typeof fail>[2]): never =>
  fail(code, 'x', options);
