import fc from 'fast-check';
import { expect, test } from 'vitest';
import { appOver, somePost } from './app.fixture.ts';
import type { Post } from './post.ts';

const input = { title: 'T', content: 'c', category_name: 'General' };
const list = '/blog/api/posts';

test('a list is an array of the fixed fields', async () => {
  const { ask } = appOver([somePost({ content: 'not in lists' })]);
  const response = await ask('GET', '');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual([
    {
      id: 1,
      title: 'A title',
      slug: 'a-title',
      author: 'ann',
      created_at: '2026-01-02T03:04:05.678Z',
      excerpt: 'Text.',
      category: { id: 7, name: 'News', slug: 'news', color: '#123456' },
      tags: [],
      byline: [],
      status: 'published',
      published_at: '2026-01-02T03:04:05.678Z',
      updated_at: '2026-01-02T03:04:05.678Z',
      kind: 'post',
      lang: null,
      cover: null,
      cover_alt: '',
      featured: false,
    },
  ]);
});

test('Link leads on as long as there is more, and back', async () => {
  const { ask } = appOver([1, 2, 3].map((id) => somePost({ id })));
  const first = (await ask('GET', `${list}?limit=2&category=news`)).headers.get('link') ?? '';
  expect(first).toMatch(/^<\/blog\/api\/posts\?limit=2&category=news&after=[\w-]+>; rel="next"$/);
  expect((await ask('GET', `${list}?limit=2&offset=2`)).headers.get('link')).toMatch(
    /^<[^>]*before=[\w-]+>; rel="prev"$/,
  );
  expect((await ask('GET', `${list}?limit=3`)).headers.get('link')).toBeNull();
  const after = new URL(first.slice(1, first.indexOf('>')), 'http://x').search;
  expect((await ask('GET', list + after)).status).toBe(200);
});

test('different offsets are different lists', async () => {
  const { ask } = appOver([1, 2, 3].map((id) => somePost({ id })));
  const ids = async (offset: number) =>
    (await (await ask('GET', `${list}?limit=2&offset=${offset}`)).json()).map((post: { id: number }) => post.id);
  expect([await ids(0), await ids(1), await ids(2), await ids(3)]).toEqual([[1, 2], [2, 3], [3], []]);
});

test.each([
  'limit=0',
  'limit=101',
  'limit=x',
  'limit=',
  'limit=1.5',
  'offset=-1',
  'offset=99999999999999999999',
  'after=x',
  'after=!',
  'status=secret',
  'offset=1&after=WzEsMV0',
  'after=WzllOTksMV0',
  'category=%00',
])('%s is 422 with the field', async (query) => {
  const { ask } = appOver();
  const response = await ask('GET', `${list}?${query}`);
  expect(response.status).toBe(422);
  expect((await response.json()).errors).toHaveLength(1);
});

test('an offset as large as numbers go, an empty filter and unknown parameters are fine', async () => {
  const { ask } = appOver();
  for (const query of [`offset=${Number.MAX_SAFE_INTEGER}`, 'category=&author=', 'utm_source=x'])
    expect((await ask('GET', `${list}?${query}`)).status).toBe(200);
});

test('readers share one load of a list and of a post', async () => {
  const { ask, calls } = appOver([somePost()]);
  await Promise.all([ask('GET', ''), ask('GET', ''), ask('GET', '1'), ask('GET', '1')]);
  expect([calls.filters.length, calls.gets]).toEqual([1, 1]);
});

test('what is known is 304 without asking the store again; a changed post is not', async () => {
  const { ask, calls } = appOver([somePost()]);
  const etag = (await ask('GET', '1')).headers.get('etag') as string;
  expect(etag).toMatch(/^"[^"]+"$/);
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const response = await ask('GET', '1', { headers: { 'if-none-match': known } });
    expect([response.status, await response.text(), response.headers.get('etag')]).toEqual([304, '', etag]);
  }
  expect(calls.gets).toBe(1);
  await ask('PATCH', '1', { as: 'ann', body: { title: 'New' } });
  expect((await ask('GET', '1', { headers: { 'if-none-match': etag } })).status).toBe(200);
});

test('a write is visible to everybody in the same instance at once', async () => {
  const { ask } = appOver([somePost()]);
  const titles = async () => (await (await ask('GET', '')).json()).map((post: { title: string }) => post.title);
  expect(await titles()).toEqual(['A title']);
  await ask('PATCH', '1', { as: 'ann', body: { title: 'Two' } });
  expect(await titles()).toEqual(['Two']);
  expect((await (await ask('GET', '1')).json()).title).toBe('Two');
  await ask('DELETE', '1', { as: 'ann' });
  expect(await titles()).toEqual([]);
  expect((await ask('GET', '1')).status).toBe(404);
});

test('who is logged in is never answered from what is kept for others', async () => {
  const { ask, calls } = appOver([somePost()]);
  for (let i = 0; i < 3; i++)
    expect((await ask('GET', '1', { as: 'ann' })).headers.get('cache-control')).toBe('private, no-cache');
  expect(calls.gets).toBe(3);
});

test('creating answers 201 with the whole post, Location and ETag', async () => {
  const { ask, calls } = appOver();
  const response = await ask('POST', '', { as: 'ann', body: { ...input, title: '  Two\n lines ' } });
  expect([response.status, response.headers.get('location'), response.headers.get('etag')]).toEqual([
    201,
    '/blog/api/posts/1',
    '"1-1-7.1"',
  ]);
  expect(await response.json()).toMatchObject({
    id: 1,
    title: 'Two lines',
    content: 'Text.',
    version: 1,
    author: 'ann',
  });
  expect(calls.created[0]).toMatchObject({ authorId: 1, author: 'ann', categoryName: 'General', status: 'published' });
});

test('nobody is 401, a bad token 401, a reader 403', async () => {
  const { ask, calls } = appOver([somePost()]);
  const writes = [
    ['POST', ''],
    ['PATCH', '1'],
    ['DELETE', '1'],
  ] as const;
  for (const [method, path] of writes) {
    expect((await ask(method, path, { body: input })).status).toBe(401);
    expect((await ask(method, path, { body: input, as: 'forged' })).status).toBe(401);
    for (const as of ['rob', 'ops']) expect((await ask(method, path, { body: input, as })).status).toBe(403);
  }
  expect((await ask('GET', '1', { as: 'forged' })).status).toBe(401);
  expect(calls.created).toEqual([]);
});

test('a personal access token does what its scopes say, and never what an import does', async () => {
  const { ask, calls } = appOver([somePost({ status: 'draft' })]);
  expect((await ask('GET', '1', { as: 'reads' })).status).toBe(200);
  expect((await ask('GET', '1', { as: 'writes' })).status).toBe(403);
  expect((await ask('POST', '', { body: input, as: 'reads' })).status).toBe(403);
  expect((await ask('PATCH', '1', { body: { title: 'x' }, as: 'reads' })).status).toBe(403);
  expect((await ask('DELETE', '1', { as: 'reads' })).status).toBe(403);
  expect(calls.created).toEqual([]);
  expect((await ask('POST', '', { body: input, as: 'writes' })).status).toBe(201);
  expect((await ask('POST', 'addresses', { body: { addresses: [] }, as: 'writes' })).status).toBe(403);
});

test.each([
  [{ ...input, title: '' }, 'title'],
  [{ ...input, title: '   ' }, 'title'],
  [{ ...input, title: '\u200b' }, 'title'],
  [{ ...input, title: 'x'.repeat(121) }, 'title'],
  [{ ...input, title: 'a\u0000b' }, 'title'],
  [{ ...input, title: 5 }, 'title'],
  [{ ...input, content: ' ' }, 'content'],
  [{ ...input, content: 'a\u0000' }, 'content'],
  [{ ...input, content: 'a\u001bb' }, 'content'],
  [{ ...input, content: 'x'.repeat(1_048_577) }, 'content'],
  [{ ...input, category_name: '' }, 'category_name'],
  [{ ...input, category_name: '\u2060 ' }, 'category_name'],
  [{ ...input, category_name: 'x'.repeat(51) }, 'category_name'],
  [{ ...input, status: 'secret' }, 'status'],
  [{ ...input, author_id: 1 }, 'author_id'],
  [{ ...input, created_at: '2020-01-01T00:00:00Z' }, 'created_at'],
  [{ ...input, updated_at: '2020-01-01T00:00:00Z' }, 'updated_at'],
  [{ title: 'T', content: 'c' }, 'category_name'],
])('%j is 422 naming the field', async (body, field) => {
  const { ask, calls } = appOver();
  const response = await ask('POST', '', { as: 'ann', body });
  expect(response.status).toBe(422);
  expect((await response.json()).errors.map((each: { field: string }) => each.field)).toEqual([field]);
  expect(calls.created).toEqual([]);
});

test('a list is no body, though all fields of a change are optional', async () => {
  const { ask } = appOver([somePost()]);
  expect((await ask('PATCH', '1', { as: 'ann', body: [] })).status).toBe(422);
});

test('lengths are counted in characters after trimming', async () => {
  const { ask } = appOver();
  for (const body of [
    { ...input, title: ` ${'𝒳'.repeat(120)} ` },
    { ...input, content: '語'.repeat(1_048_576) },
    { ...input, content: '𝒳'.repeat(1_048_576) },
    { ...input, category_name: 'é'.repeat(50) },
    { ...input, content: 'tab\tnew\nline\r\n' },
  ])
    expect((await ask('POST', '', { as: 'ann', body })).status).toBe(201);
});

test('tags are spelled in one way, and repeated ones dropped', async () => {
  const { ask, calls } = appOver([somePost()]);
  const tags = ['  Deep\n sleep', 'C#', 'deep SLEEP', 'e\u0301te\u0301', '🎉', 'c#'];
  expect((await ask('POST', '', { as: 'ann', body: { ...input, tags } })).status).toBe(201);
  expect(calls.created[0]?.tags).toEqual(['Deep sleep', 'C#', 'été', '🎉']);
  for (const [wrong, field] of [
    [['ok', ''], 'tags.1'],
    [['\u200b'], 'tags.0'],
    [['a,b'], 'tags.0'],
    [['x'.repeat(51)], 'tags.0'],
    [['\u0958'.repeat(26)], 'tags.0'],
    [[5], 'tags.0'],
    ['ok', 'tags'],
    [Array.from({ length: 21 }, (_, n) => `tag ${n}`), 'tags'],
  ]) {
    const response = await ask('PATCH', '1', { as: 'ann', body: { tags: wrong } });
    expect(response.status).toBe(422);
    expect((await response.json()).errors.map((each: { field: string }) => each.field)).toEqual([field]);
  }
});

test('a list may be of a tag, in any spelling', async () => {
  const { ask, calls } = appOver([1, 2].map((id) => somePost({ id })));
  const links = [];
  for (const tag of ['Deep sleep', 'deep-sleep', '🎉'])
    links.push((await ask('GET', `${list}?limit=1&tag=${encodeURIComponent(tag)}`)).headers.get('link'));
  expect(calls.filters.map(({ tag }) => tag)).toEqual(['deep-sleep', 'u-1f389']);
  expect(links[0]).toMatch(/\?limit=1&tag=Deep\+sleep&after=/);
});

test('tags are told with their numbers, and again after a write', async () => {
  const { ask } = appOver([somePost()]);
  const tags = async () => (await ask('GET', 'tags')).json();
  expect(await tags()).toEqual([{ name: 'Deep sleep', slug: 'deep-sleep', post_count: 1 }]);
  await ask('POST', '', { as: 'ann', body: { ...input, tags: ['Deep sleep'] } });
  expect(await tags()).toMatchObject([{ post_count: 2 }]);
  const etag = (await ask('GET', 'tags')).headers.get('etag') as string;
  expect((await ask('GET', 'tags', { headers: { 'if-none-match': etag } })).status).toBe(304);
});

test('months are told by time zone, and a list may be of a time', async () => {
  const { ask, calls } = appOver([somePost()]);
  const months = async (query: string) => (await ask('GET', `/blog/api/posts/months${query}`)).json();
  expect(await months('')).toEqual([{ month: '2026-01', post_count: 1 }]);
  expect(await months('?time_zone=America/New_York')).toEqual([{ month: '2025-12', post_count: 1 }]);
  expect((await ask('GET', '/blog/api/posts/months?time_zone=%27')).status).toBe(422);
  const range = 'from=2026-01-01T00:00:00Z&until=2026-02-01T00:00:00Z';
  const list = await ask('GET', `/blog/api/posts?limit=1&${range}`);
  expect(list.status).toBe(200);
  expect(calls.filters.at(-1)).toMatchObject({ from: new Date('2026-01-01'), until: new Date('2026-02-01') });
  expect((await ask('GET', '/blog/api/posts?from=yesterday')).status).toBe(422);
});

test('a post names those beside it, for everybody, and no draft does', async () => {
  const { ask } = appOver([
    somePost({ id: 1 }),
    somePost({ id: 2, slug: 'older' }),
    somePost({ id: 3, slug: 'draft', status: 'draft' }),
  ]);
  const response = await ask('GET', '1/neighbours');
  expect(await response.json()).toEqual({ newer: null, older: { id: 2, title: 'A title', slug: 'older', lang: null } });
  const etag = response.headers.get('etag') as string;
  expect((await ask('GET', '1/neighbours', { headers: { 'if-none-match': etag } })).status).toBe(304);
  for (const path of ['3/neighbours', '9/neighbours', 'x/neighbours'])
    expect((await ask('GET', path)).status).toBe(404);
});

test('an import keeps old addresses; who has no such scope does not', async () => {
  const { ask } = appOver([somePost(), somePost({ id: 2 })]);
  const keep = (addresses: unknown, as = 'imp') => ask('POST', 'addresses', { as, body: { addresses } });
  const one = { path: '/2019/title/', post_id: 1 };
  expect(await (await keep([one, { path: '/x.html', post_id: 1 }])).json()).toEqual({ kept: 2, refused: [] });
  expect(await (await keep([one, { path: '/2019/title', post_id: 2 }, { path: '/y', post_id: 9 }])).json()).toEqual({
    kept: 1,
    refused: [
      { path: '/2019/title', post_id: 2, leads_to: 1 },
      { path: '/y', post_id: 9, leads_to: null },
    ],
  });
  for (const as of ['ann', 'eve', 'rob']) expect((await keep([one], as)).status).toBe(403);
  for (const path of ['', '/', '//a.test/b', 'a', 'https://a.test/b', '/a\u0000', '/\\a', 5]) {
    const refused = await keep([one, { path, post_id: 1 }]);
    expect([refused.status, (await refused.json()).errors[0].field]).toEqual([422, 'addresses.1.path']);
  }
  for (const wrong of [[], Array(501).fill(one), 'x']) expect((await keep(wrong)).status).toBe(422);
});

test('editors list old addresses by path, others do not', async () => {
  const { ask } = appOver([somePost()]);
  const addresses = ['/b', '/a?x'].map((path) => ({ path: encodeURI(path), post_id: 1 }));
  expect((await ask('POST', 'addresses', { as: 'imp', body: { addresses } })).status).toBe(200);
  const listed = async (query = '') => (await ask('GET', `addresses${query}`, { as: 'eve' })).json();
  expect(await listed()).toEqual([
    { path: '/a', post_id: 1 },
    { path: '/b', post_id: 1 },
  ]);
  expect(await listed('?after=/a')).toEqual([{ path: '/b', post_id: 1 }]);
  for (const as of ['ann', 'rob']) expect((await ask('GET', 'addresses', { as })).status).toBe(403);
  expect((await ask('GET', 'addresses')).status).toBe(401);
  expect((await ask('GET', `addresses?after=${'x'.repeat(1001)}`, { as: 'eve' })).status).toBe(422);
});

test('pages are made, changed, listed on demand, and hidden from lists of posts', async () => {
  const { ask, calls } = appOver([somePost({ id: 1 }), somePost({ id: 2, slug: 'about', kind: 'page' })]);
  const ids = async (query: string) =>
    ((await (await ask('GET', `/blog/api/posts?${query}`)).json()) as { id: number }[]).map(({ id }) => id);
  await ask('GET', '/blog/api/posts?kind=page');
  expect(calls.filters.at(-1)).toMatchObject({ kind: 'page', status: 'published' });
  expect([await ids('kind=post'), await ids('kind=page')]).toEqual([[1], [2]]);
  expect((await ask('GET', '/blog/api/posts?kind=cake')).status).toBe(422);
  const body = { title: 'Imprint', content: 'Text.', category_name: 'General', kind: 'page' };
  const made = await ask('POST', '', { as: 'ann', body });
  expect([made.status, await made.json()]).toMatchObject([201, { kind: 'page' }]);
  expect((await ask('POST', '', { as: 'ann', body: { ...body, kind: 'cake' } })).status).toBe(422);
});

test('the language of a post is given as a tag in any case, taken back with null, and refused where it is none', async () => {
  const { ask } = appOver([somePost({ id: 1 })]);
  const body = { title: 'Guten Tag', content: 'Text.', category_name: 'General' };
  for (const [lang, answered] of [
    ['PT-br', 'pt-BR'],
    ['zh-hant-TW', 'zh-Hant-TW'],
    ['de-1996', 'de-1996'],
    [null, null],
  ] as const)
    expect(await (await ask('POST', '', { as: 'ann', body: { ...body, lang } })).json()).toMatchObject({
      lang: answered,
    });
  for (const lang of ['', 'german', 'en_US', 'x', 'en-', 'de-a-', ' en', 'en\u0000', 7, ['de']]) {
    const response = await ask('POST', '', { as: 'ann', body: { ...body, lang } });
    expect([lang, response.status]).toEqual([lang, 422]);
    expect(await response.json()).toMatchObject({
      errors: [
        { field: 'lang', message: expect.stringMatching(/^must be (?:text|a language tag such as en, ko or pt-BR)$/) },
      ],
    });
  }
  expect((await ask('PATCH', '1', { as: 'ann', body: { lang: 'de' } })).status).toBe(200);
  expect((await ask('PATCH', '1', { as: 'ann', body: { lang: 'de_DE' } })).status).toBe(422);
});

test('the cover of a post is the hash of a picture, and what it shows a line', async () => {
  const { ask } = appOver([somePost({ id: 1 })]);
  const body = { title: 'Seen', content: 'Text.', category_name: 'General' };
  const cover = 'ab'.repeat(32);
  const made = await ask('POST', '', { as: 'ann', body: { ...body, cover, cover_alt: ' A cat ' } });
  expect([made.status, await made.json()]).toMatchObject([201, { cover, cover_alt: 'A cat' }]);
  expect(await (await ask('POST', '', { as: 'ann', body })).json()).toMatchObject({ cover: null, cover_alt: '' });
  for (const [field, value] of [
    ['cover', ''],
    ['cover', cover.toUpperCase()],
    ['cover', `/blog/media/pictures/${cover}-1280.jpg`],
    ['cover', 7],
    ['cover_alt', 'two\nlines'],
    ['cover_alt', 'x'.repeat(501)],
    ['cover_alt', null],
  ] as const) {
    const response = await ask('PATCH', '1', { as: 'ann', body: { [field]: value } });
    expect([value, response.status, await response.json()]).toMatchObject([value, 422, { errors: [{ field }] }]);
  }
  expect((await ask('PATCH', '1', { as: 'ann', body: { cover: null, cover_alt: '' } })).status).toBe(200);
});

test('editors feature posts; an author who changes theirs leaves it as it is', async () => {
  const { ask, calls } = appOver([somePost({ id: 1 }), somePost({ id: 2, featured: true })]);
  const body = { title: 'Seen', content: 'Text.', category_name: 'General' };
  const status = async (...request: Parameters<typeof ask>) => (await ask(...request)).status;
  expect(await status('POST', '', { as: 'ann', body: { ...body, featured: true } })).toBe(403);
  expect(await status('POST', '', { as: 'ann', body: { ...body, featured: false } })).toBe(201);
  const made = await ask('POST', '', { as: 'eve', body: { ...body, featured: true } });
  expect([made.status, await made.json()]).toMatchObject([201, { featured: true }]);
  expect(await status('PATCH', '1', { as: 'ann', body: { featured: true } })).toBe(403);
  expect(await status('PATCH', '2', { as: 'ann', body: { featured: false } })).toBe(403);
  expect(await status('PATCH', '2', { as: 'ann', body: { featured: true, title: 'Another' } })).toBe(200);
  expect(await status('PATCH', '1', { as: 'eve', body: { featured: true } })).toBe(200);
  const wrong = await ask('PATCH', '1', { as: 'eve', body: { featured: 'yes' } });
  expect([wrong.status, await wrong.json()]).toMatchObject([422, { errors: [{ field: 'featured' }] }]);
  expect(await status('GET', `${list}?featured=true`)).toBe(200);
  expect(await status('GET', `${list}?featured=false`)).toBe(200);
  expect(calls.filters.map(({ featured }) => featured)).toEqual([true, false]);
  expect(await status('GET', `${list}?featured=yes`)).toBe(422);
  expect(await status('GET', `${list}?first=featured&featured=true`)).toBe(422);
  const led = await ask('GET', `${list}?first=featured&limit=1`);
  expect(await led.json()).toMatchObject([{ id: 2 }, { id: 4 }, { id: 1 }]);
  expect(led.headers.get('link')).toContain('?limit=1&first=featured&after=');
});

test('a post has a summary and an address of its own, each a line', async () => {
  const { ask, calls } = appOver([somePost({ id: 1 })]);
  const body = { title: 'Said', content: 'Text.', category_name: 'General' };
  const made = await ask('POST', '', { as: 'ann', body: { ...body, summary: ' In short. ', slug: ' Shorter ' } });
  expect([made.status, await made.json()]).toMatchObject([201, { summary: 'In short.' }]);
  expect(calls.created.at(-1)).toMatchObject({ summary: 'In short.', slug: 'Shorter' });
  expect((await ask('PATCH', '1', { as: 'ann', body: { summary: '', slug: null } })).status).toBe(200);
  for (const [field, value] of [
    ['summary', 'two\nlines'],
    ['summary', 'x'.repeat(301)],
    ['summary', null],
    ['slug', ''],
    ['slug', 'two\nlines'],
    ['slug', 'x'.repeat(201)],
  ] as const) {
    const response = await ask('PATCH', '1', { as: 'ann', body: { [field]: value } });
    expect([value, response.status, await response.json()]).toMatchObject([value, 422, { errors: [{ field }] }]);
  }
});

test('a post bears the date that its author gives it, which is not to come', async () => {
  const { ask, calls } = appOver([somePost({ id: 1 })]);
  const body = { title: 'Of old', content: 'Text.', category_name: 'General' };
  const date = '2009-03-04T05:06:07Z';
  expect((await ask('POST', '', { as: 'ann', body: { ...body, date } })).status).toBe(201);
  expect(calls.created.at(-1)?.createdAt).toEqual(new Date(date));
  expect((await ask('PATCH', '1', { as: 'ann', body: { date } })).status).toBe(200);
  for (const value of [
    '2009-03-04',
    '',
    null,
    7,
    '0000-01-01T00:00:00Z',
    new Date(Date.now() + 120_000).toISOString(),
  ]) {
    const response = await ask('PATCH', '1', { as: 'eve', body: { date: value } });
    expect([value, response.status, await response.json()]).toMatchObject([
      value,
      422,
      { errors: [{ field: 'date' }] },
    ]);
  }
  // What an import says, and a time that has passed, mean what they did.
  expect((await ask('POST', '', { as: 'ann', body: { ...body, created_at: date } })).status).toBe(422);
  expect((await ask('PATCH', '1', { as: 'ann', body: { created_at: date } })).status).toBe(422);
});

test('a draft is read by the key of its preview until that ends, and its author and editors have the key', async () => {
  const { ask } = appOver([somePost({ id: 1, status: 'draft', publishedAt: null })]);
  const key = async (as: string) => [(await ask('GET', '1/preview', { as })).status];
  expect(await (await ask('GET', '1/preview', { as: 'ann' })).json()).toEqual({ key: null });
  const made = await ask('PUT', '1/preview', { as: 'ann' });
  const { key: first } = await made.json();
  expect([made.status, first]).toEqual([200, expect.stringMatching(/^[\w-]{24}$/)]);
  expect(await (await ask('PUT', '1/preview', { as: 'eve' })).json()).toEqual({ key: first });
  expect([await key('bob'), await key('eve'), await key('reads')]).toEqual([[404], [200], [200]]);
  const read = await ask('GET', `previews/${first}`);
  expect([read.status, read.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
  expect(await read.json()).toMatchObject({ id: 1, status: 'draft', content: 'Text.' });
  expect((await ask('GET', '1')).status).toBe(404);
  for (const other of ['x'.repeat(24), 'short', '%00'])
    expect((await ask('GET', `previews/${other}`)).status).toBe(404);
  expect((await ask('DELETE', '1/preview', { as: 'bob' })).status).toBe(404);
  expect((await ask('PUT', '1/preview', { as: 'rob' })).status).toBe(403);
  expect((await ask('DELETE', '1/preview', { as: 'ann' })).status).toBe(204);
  expect((await ask('GET', `previews/${first}`)).status).toBe(404);
});

test('what is due is published at once, what is due soon by a timer, and both are news to everybody', async () => {
  const timers: { work: () => void; ms: number }[] = [];
  const at = (ms: number) => new Date(Date.now() + ms);
  const kept = [
    somePost({ id: 1, status: 'draft', publishedAt: at(-1000) }),
    somePost({ id: 2, status: 'draft', publishedAt: at(30_000) }),
  ];
  const { ask } = appOver(kept, { later: (work, ms) => void timers.push({ work, ms }) });
  const ids = async () => (await (await ask('GET', '')).json()).map(({ id }: { id: number }) => id);
  expect(await ids()).toEqual([]);
  const tick = () => ask('POST', '/batches/due');
  expect(await (await tick()).json()).toEqual({ published: 1 });
  expect(await ids()).toEqual([1]);
  expect(timers).toHaveLength(1);
  expect(timers[0]?.ms).toBeGreaterThan(25_000);
  await tick();
  expect(timers).toHaveLength(1);
  kept[1] = { ...(kept[1] as Post), publishedAt: at(-1) };
  timers[0]?.work();
  await expect.poll(ids).toEqual([1, 2]);
  expect((await ask('POST', '/batches/due', { headers: { 'x-client-address': '192.0.2.1' } })).status).toBe(404);
});

test('a new post with a time that comes soon has its timer from the start', async () => {
  const waits: number[] = [];
  const { ask, calls } = appOver([], { later: (_, ms) => void waits.push(ms) });
  const write = (published_at: unknown) => ask('POST', '', { as: 'ann', body: { ...input, published_at } });
  for (const ms of [20_000, 3_600_000]) expect((await write(new Date(Date.now() + ms).toISOString())).status).toBe(201);
  expect(calls.created.map(({ publishedAt }) => publishedAt)).toEqual([expect.any(Date), expect.any(Date)]);
  expect(waits).toHaveLength(1);
  expect((await write(null)).status).toBe(201);
  for (const wrong of ['tomorrow', 5, '10000-01-01T00:00:00Z']) expect((await write(wrong)).status).toBe(422);
});

test('a body that is no JSON is 400, of another type 415', async () => {
  const { ask } = appOver();
  expect((await ask('POST', '', { as: 'ann', body: '{"title":' })).status).toBe(400);
  expect((await ask('POST', '', { as: 'ann', body: '{"title":"a","title":"b"}' })).status).toBe(400);
  expect((await ask('POST', '', { as: 'ann', body: '{}', headers: { 'content-type': 'text/plain' } })).status).toBe(
    415,
  );
});

test('an author changes and deletes only their own, an editor every post', async () => {
  const { ask } = appOver([somePost(), somePost({ id: 2 })]);
  expect((await ask('PATCH', '1', { as: 'bob', body: { title: 'Mine' } })).status).toBe(403);
  expect((await ask('DELETE', '1', { as: 'bob' })).status).toBe(403);
  expect((await ask('PATCH', '1', { as: 'ann', body: { title: 'Hers' } })).status).toBe(200);
  expect((await ask('PATCH', '1', { as: 'eve', body: { title: 'Edited' } })).status).toBe(200);
  expect((await ask('DELETE', '1', { as: 'ann' })).status).toBe(204);
  expect((await ask('DELETE', '2', { as: 'eve' })).status).toBe(204);
});

test('a draft is 404 to everybody but its author and editors', async () => {
  const { ask } = appOver([somePost({ status: 'draft' })]);
  for (const path of ['1', 'by-slug/a-title', 'by-slug/old-a-title']) {
    for (const as of [undefined, 'bob', 'rob']) expect((await ask('GET', path, as ? { as } : {})).status).toBe(404);
    for (const as of ['ann', 'eve'])
      expect((await ask('GET', path, { as })).status).toBe(path.includes('old') ? 301 : 200);
  }
  expect((await ask('PATCH', '1', { as: 'bob', body: { title: 'x' } })).status).toBe(404);
  expect((await ask('DELETE', '1', { as: 'bob' })).status).toBe(404);
  expect((await ask('GET', '1/revisions', { as: 'bob' })).status).toBe(404);
});

test('drafts are listed for their author; editors see everybody’s', async () => {
  const { ask, calls } = appOver();
  expect((await ask('GET', `${list}?status=draft`)).status).toBe(401);
  expect((await ask('GET', `${list}?status=draft&author=ann`, { as: 'bob' })).status).toBe(403);
  expect((await ask('GET', `${list}?status=draft&author=Ann`, { as: 'ann' })).status).toBe(200);
  expect((await ask('GET', `${list}?status=draft`, { as: 'ann' })).status).toBe(200);
  expect((await ask('GET', `${list}?status=draft`, { as: 'eve' })).status).toBe(200);
  expect(calls.filters.map(({ author }) => author)).toEqual(['Ann', 'ann', undefined]);
});

test('posts of every state are one list and counted, one’s own, for editors everybody’s', async () => {
  const { ask, calls } = appOver([
    somePost({ status: 'draft' }),
    somePost({ id: 2 }),
    somePost({ id: 3, author: 'bob', authorId: 2 }),
  ]);
  await ask('GET', `${list}?status=all&scheduled=false`, { as: 'ann' });
  expect(calls.filters[0]).toMatchObject({ status: 'all', scheduled: false, author: 'ann' });
  const page = await ask('GET', `${list}?status=all&scheduled=false&limit=1`, { as: 'eve' });
  expect(page.headers.get('link')).toContain('status=all&scheduled=false&after=');
  expect(await (await ask('GET', `${list}/counts?tag=X`, { as: 'ann' })).json()).toMatchObject({ all: 2 });
  expect(await (await ask('GET', `${list}/counts`, { as: 'eve' })).json()).toMatchObject({ all: 3 });
  expect(await (await ask('GET', `${list}/counts?author=bob`, { as: 'eve' })).json()).toMatchObject({ all: 1 });
  for (const query of ['counts?author=bob', '?status=all&author=bob'])
    expect((await ask('GET', query.startsWith('?') ? `${list}${query}` : query, { as: 'ann' })).status).toBe(403);
  for (const query of ['/counts', '?status=all']) expect((await ask('GET', `${list}${query}`)).status).toBe(401);
  expect((await ask('GET', `${list}?status=gone`)).status).toBe(422);
});

test('If-Match is optional, a stale or weak one is 412 and changes nothing', async () => {
  const { ask } = appOver([somePost()]);
  const etag = (await ask('GET', '1')).headers.get('etag') as string;
  const change = (match: string) =>
    ask('PATCH', '1', { as: 'ann', body: { title: 'New' }, headers: { 'if-match': match } });
  for (const stale of ['"stale"', `W/${etag}`, 'garbage']) expect((await change(stale)).status).toBe(412);
  expect((await ask('DELETE', '1', { as: 'ann', headers: { 'if-match': '"stale"' } })).status).toBe(412);
  expect((await change(etag)).status).toBe(200);
  expect((await change(etag)).status).toBe(412);
  expect((await change('*')).status).toBe(200);
});

test('a former slug leads to the present one, and a slug in another spelling too', async () => {
  const { ask } = appOver([somePost({ slug: 'größe' })]);
  for (const former of ['old-größe', 'GRÖSSE'.replace('SS', 'ß')]) {
    const response = await ask('GET', `by-slug/${encodeURIComponent(former)}`);
    expect([response.status, response.headers.get('location')]).toEqual([
      301,
      `/blog/api/posts/by-slug/${encodeURIComponent('größe')}`,
    ]);
  }
  for (const none of ['none', '%00', 'a%00b', '%ED%A0%80', 'x'.repeat(5000)])
    expect((await ask('GET', `by-slug/${none}`)).status).toBe(404);
});

test.each(['0', '-1', '1.5', 'abc', '99999999999999999999', '9223372036854775808', '1e3', '%00', '01', '2147483648'])(
  'the id %s is 404',
  async (id) => {
    const { ask } = appOver([somePost()]);
    expect((await ask('GET', id)).status).toBe(404);
    expect((await ask('PATCH', id, { as: 'ann', body: { title: 'x' } })).status).toBe(404);
    expect((await ask('DELETE', id, { as: 'ann' })).status).toBe(404);
  },
);

test('an Idempotency-Key is passed on with a hash of what was asked', async () => {
  const { ask, calls } = appOver();
  const send = (body: object, key: string) => ask('POST', '', { as: 'ann', body, headers: { 'idempotency-key': key } });
  await send(input, 'k');
  await send({ category_name: 'General', content: 'c', title: ' T ' }, 'k');
  await send({ ...input, title: 'Other' }, 'k');
  const [first, same, other] = calls.idempotencyKey;
  expect(first).toEqual(same);
  expect(other?.hash).not.toBe(first?.hash);
  for (const key of ['', 'ü', 'x'.repeat(256), 'a b']) expect((await send(input, key)).status).toBe(422);
});

test('an import names author, moment, slug, source and byline; the second time it is 200', async () => {
  const { ask, calls } = appOver();
  const body = {
    ...input,
    author: 'old',
    created_at: '2019-01-01T00:00:00+01:00',
    updated_at: '2019-02-01T00:00:00Z',
    slug: 's',
    source: 'a.md',
    byline: ['A', 'B'],
  };
  expect((await ask('POST', '', { as: 'imp', body })).status).toBe(201);
  expect(calls.created[0]).toMatchObject({
    authorId: 77,
    author: 'old',
    createdAt: new Date('2018-12-31T23:00:00Z'),
    updatedAt: new Date('2019-02-01T00:00:00Z'),
    slug: 's',
    source: 'a.md',
    byline: ['A', 'B'],
  });
  expect((await ask('POST', '', { as: 'imp', body: { ...body, source: 'again' } })).status).toBe(200);
  expect((await ask('POST', '', { as: 'imp', body: { ...body, author: 'nobody' } })).status).toBe(422);
  expect((await ask('POST', '', { as: 'imp', body: { ...body, created_at: '3000-01-01T00:00:00Z' } })).status).toBe(
    422,
  );
  expect((await ask('POST', '', { as: 'imp', body: { ...body, byline: Array(21).fill('x') } })).status).toBe(422);
});

test('writes are limited per user, an import is not, reading never', async () => {
  const keys: string[] = [];
  const { ask } = appOver([somePost()], {
    limiter: {
      take: async (key, limit, windowMs) => {
        keys.push(`${key} ${limit} ${windowMs}`);
        return { allowed: false, remaining: 0, resetMs: 1500 };
      },
    },
  });
  const rejected = await ask('POST', '', { as: 'ann', body: input });
  expect([rejected.status, rejected.headers.get('retry-after')]).toEqual([429, '2']);
  expect((await ask('POST', '', { as: 'imp', body: input })).status).toBe(201);
  expect((await ask('GET', '1')).status).toBe(200);
  expect(keys).toEqual(['write:1 600 60000']);
});

test('a renamed category is news at once', async () => {
  const post = somePost();
  const { ask } = appOver([post]);
  await ask('GET', '1');
  post.category = { ...post.category, version: 2, name: 'Renamed' };
  const data = { id: 7, version: 2, name: 'Renamed', slug: 'renamed', color: '#123456' };
  const headers = {
    'ce-specversion': '1.0',
    'ce-id': '1',
    'ce-source': '/categories',
    'ce-type': 'dev.dormouse.category.updated.v1',
    'ce-subject': 'category/7',
  };
  expect((await ask('POST', '/events', { body: data, headers })).status).toBe(204);
  expect((await (await ask('GET', '1')).json()).category.name).toBe('Renamed');
});

test('whatever is sent, no answer is 5xx', async () => {
  const { ask } = appOver([somePost()]);
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.integer(),
    fc.constant(null),
    fc.boolean(),
    fc.array(fc.string()),
    fc.dictionary(fc.string(), fc.string()),
  );
  const body = fc.record(
    { title: anything, content: anything, category_name: anything, status: anything, source: anything },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(body, fc.constantFrom('ann', 'imp'), async (body, as) => {
      expect((await ask('POST', '', { as, body })).status).toBeLessThan(500);
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(
        fc.constantFrom('limit', 'offset', 'after', 'before', 'category', 'author', 'status'),
        fc.string({ unit: 'binary' }),
      ),
      async (query) => {
        expect((await ask('GET', `${list}?${new URLSearchParams(query)}`)).status).toBeLessThan(500);
      },
    ),
  );
});

test('an author takes their own posts along, drafts too, page by page, and nobody else’s', async () => {
  const kept = Array.from({ length: 45 }, (_, index) =>
    somePost({ id: index + 1, authorId: index % 2 ? 1 : 2, status: index % 3 ? 'published' : 'draft' }),
  );
  const { ask } = appOver(kept);
  const ids: number[] = [];
  for (let next = 'mine'; next !== ''; ) {
    const response = await ask('GET', next, { as: 'ann' });
    expect(response.headers.get('cache-control')).toBe('no-store');
    ids.push(...((await response.json()) as { id: number; content: string }[]).map(({ id }) => id));
    next = /<(.*)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1] ?? '';
  }
  expect(ids).toEqual(kept.filter(({ authorId }) => authorId === 1).map(({ id }) => id));
  expect((await ask('GET', 'mine')).status).toBe(401);
  expect((await ask('GET', 'mine?after=x', { as: 'ann' })).status).toBe(422);
});

test('what was deleted is listed for its author and editors, and comes back', async () => {
  const { ask } = appOver([somePost(), somePost({ id: 2, authorId: 2, author: 'bob' }), somePost({ id: 3 })]);
  const listed = async (as: string, query = '') =>
    ((await (await ask('GET', `deleted${query}`, { as })).json()) as { id: number }[]).map(({ id }) => id);
  for (const id of ['1', '2', '3']) await ask('DELETE', id, { as: 'eve' });
  expect([await listed('ann'), await listed('bob'), await listed('eve')]).toEqual([[3, 1], [2], [3, 2, 1]]);
  expect([await listed('eve', '?author=bob'), await listed('ann', '?author=bob')]).toEqual([[2], []]);
  const page = await ask('GET', 'deleted?limit=1', { as: 'ann' });
  const next = /<(.*)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
  expect((await (await ask('GET', next, { as: 'ann' })).json())[0]).toMatchObject({ id: 1, deleted_by: 'eve' });
  expect((await ask('GET', 'deleted?after=x', { as: 'ann' })).status).toBe(422);
  expect(await (await ask('GET', 'mine/deleted', { as: 'bob' })).json()).toMatchObject([{ id: 2, content: 'Text.' }]);
  for (const [as, status] of [
    [undefined, 401],
    ['rob', 403],
    ['bob', 404],
  ] as const) {
    expect((await ask('POST', '1/restore', { ...(as && { as }) })).status).toBe(status);
    expect((await ask('DELETE', 'deleted/1', { ...(as && { as }) })).status).toBe(status);
  }
  expect((await ask('GET', 'deleted', { as: 'rob' })).status).toBe(403);
  expect((await ask('GET', '1')).status).toBe(404);
  const restored = await ask('POST', '1/restore', { as: 'ann' });
  expect([restored.status, (await restored.json()).version]).toEqual([200, 3]);
  expect((await ask('GET', '1')).status).toBe(200);
  expect((await ask('POST', '1/restore', { as: 'ann' })).status).toBe(404);
  expect((await ask('DELETE', 'deleted/3', { as: 'ann' })).status).toBe(204);
  expect(await listed('eve')).toEqual([2]);
});

test('what was deleted goes with its author’s account, and what was not loses the name', async () => {
  const { ask } = appOver([somePost(), somePost({ id: 2, slug: 'b' })]);
  await ask('DELETE', '1', { as: 'eve' });
  const headers = {
    'ce-specversion': '1.0',
    'ce-id': '1',
    'ce-source': '/auth',
    'ce-type': 'dev.dormouse.user.deleted.v1',
    'ce-subject': 'user/1',
  };
  expect((await ask('POST', '/events', { body: { id: 1, username: 'ann' }, headers })).status).toBe(204);
  expect((await ask('POST', '1/restore', { as: 'eve' })).status).toBe(404);
  expect(await (await ask('GET', '2', { as: 'eve' })).json()).toMatchObject({ author: 'deleted account' });
});

test.each([
  ['/blog/api/posts/deleted', 'GET, HEAD'],
  ['/blog/api/posts/tags', 'GET, HEAD'],
  ['/blog/api/posts/addresses', 'GET, HEAD, POST'],
  ['/blog/api/posts/mine', 'GET, HEAD'],
  ['/blog/api/posts/counts', 'GET, HEAD'],
])('%s is no post: other methods are 405', async (path, allow) => {
  const { ask } = appOver([]);
  for (const method of ['PATCH', 'DELETE', 'OPTIONS']) {
    const response = await ask(method, path);
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
  }
});
