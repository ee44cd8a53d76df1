import { AppError, fail } from '@dormouse/runtime/errors';
import { describe, expect, it } from 'vitest';
import { aPost, browser, failingOnce, world } from './app.fixture.ts';

const typed = { title: 'On sleep', category_name: 'C#', tags: 'a, b', content: 'Some *text*.' };

/** Sends the form of the page shown last, as the editor's script does. */
const byScript =
  (ada: ReturnType<typeof browser>) =>
  async (path: string, action: string, fields: Record<string, string> = {}) => {
    const response = await ada.submit(
      path,
      { account: 'ada', action, ...typed, ...fields },
      { accept: 'application/json' },
    );
    return {
      status: response.status,
      body: (await response.json()) as Record<string, unknown>,
      headers: response.headers,
    };
  };

async function atTheEditor(parts: Parameters<typeof world>[0] = {}, path = '/blog/new') {
  const made = world(parts);
  made.stored.push(aPost({ slug: 'mine', status: 'draft', title: 'Before', content: 'Old', version: 3 }));
  const ada = browser(made.app);
  await ada.logIn();
  const page = await ada.get(path);
  // What a page that is not shown has in its form.
  const [csrf, key] = [ada.value('csrf') ?? '', ada.value('key') ?? ''];
  const [id, etag, version] = ['id', 'etag', 'version'].map((name) => ada.value(name) ?? '');
  const hidden = { csrf, key, id, etag, version, status: 'draft' } as Record<string, string>;
  const ask = byScript(ada);
  return {
    ...made,
    ada,
    page,
    ask: (at: string, action: string, fields = {}) => ask(at, action, { ...hidden, ...fields }),
  };
}

describe('the page of the editor', () => {
  it('runs the script of this site, which asks this site; no other page runs any', async () => {
    const { ada, page } = await atTheEditor();
    const src = /<script type="module" src="([^"]+)"><\/script>/.exec(ada.text())?.[1] ?? '';
    expect(page.headers.get('content-security-policy')).toMatch(
      /default-src 'none'.*connect-src 'self';.*script-src 'self'$/,
    );
    const script = await ada.get(src);
    expect([script.headers.get('content-type'), script.headers.get('cache-control')]).toEqual([
      'text/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
    ]);
    expect((await ada.get('/assets/editor-000000000000.js')).headers.get('cache-control')).toBe('no-store');
    expect((await ada.get('/blog/')).headers.get('content-security-policy')).not.toContain('script-src');
    expect(ada.text()).not.toContain('<script type="module"');
  });

  it('tells the script whose text it is, whether it is what is stored, and whether it saves itself', async () => {
    const { ada, stored } = await atTheEditor({}, '/blog/posts/mine/edit');
    expect(ada.text()).toContain('class="writing" data-account="ada" data-fresh data-autosaves>');
    await ada.submit('/blog/posts/mine/edit', { ...typed, action: 'preview' });
    expect(ada.text()).toContain('class="writing" data-account="ada" data-autosaves>');
    stored[0] = { ...stored[0]!, status: 'published' };
    await ada.get('/blog/posts/mine/edit');
    expect(ada.text()).toContain('class="writing" data-account="ada" data-fresh>');
  });
});

describe('saving without being asked', () => {
  it('makes a draft, then changes it against the version that it has become', async () => {
    const { ask, did } = await atTheEditor();
    const made = await ask('/blog/new', 'autosave');
    expect(made).toMatchObject({
      status: 200,
      body: { outcome: 'saved', action: '/blog/posts/new-post/edit', location: '/blog/posts/new-post', version: 1 },
    });
    expect(made.headers.get('cache-control')).toBe('private, no-store');
    expect(did('create')[0]?.slice(1, 3)).toEqual([
      { ...typed, tags: ['a', 'b'], status: 'draft', kind: 'post', cover: null },
      'key-1',
    ]);
    const { id, etag } = made.body;
    const changed = await ask('/blog/posts/new-post/edit', 'autosave', {
      content: 'More.',
      id: String(id),
      etag: String(etag),
    });
    expect(changed.body.outcome).toBe('saved');
    expect(did('update')[0]?.slice(1, 4)).toMatchObject([id, { content: 'More.', status: 'draft' }, etag]);
    expect(did('update')[0]?.[5]).toBe(true);
    // Nobody else sees a draft.
    expect(did('purge')).toEqual([]);
  });

  it('leaves the time alone at which a draft is going to be published', async () => {
    const { ask, did } = await atTheEditor({}, '/blog/posts/mine/edit');
    await ask('/blog/posts/mine/edit', 'autosave', { published_at: '2026-12-01T09:00' });
    expect(did('update')[0]?.[2]).toMatchObject({ published_at: undefined, status: 'draft' });
  });

  it('leaves the navigation alone', async () => {
    const { app, stored, settings, did } = world();
    stored.push(aPost({ slug: 'mine', kind: 'page' }));
    Object.assign(settings, { navigation: [{ label: 'Mine', href: '/blog/posts/mine' }] });
    const root = browser(app);
    await root.logIn('root');
    await root.get('/blog/posts/mine/edit');
    const [csrf, id, etag] = ['csrf', 'id', 'etag'].map((name) => root.value(name) ?? '') as [string, string, string];
    const fields = { account: 'root', status: 'draft', kind: 'page', navigation: 'yes', csrf, id, etag };
    const saved = await byScript(root)('/blog/posts/mine/edit', 'autosave', fields);
    expect([saved.body.outcome, did('changeSettings')]).toEqual(['saved', []]);
    const asked = { ...fields, etag: String(saved.body.etag) };
    expect((await byScript(root)('/blog/posts/mine/edit', 'draft', asked)).body.outcome).toBe('saved');
    expect(did('changeSettings')).toHaveLength(1);
  });

  it('never overwrites a newer version: it answers with it', async () => {
    const { ask, stored } = await atTheEditor({}, '/blog/posts/mine/edit');
    stored[0] = { ...stored[0]!, title: 'Theirs', content: 'Their text', version: 4 };
    const { status, body } = await ask('/blog/posts/mine/edit', 'autosave');
    expect([status, body]).toMatchObject([
      412,
      {
        outcome: 'changed',
        status: 'draft',
        version: 4,
        fields: { title: 'Theirs', content: 'Their text', category_name: 'General', tags: '' },
      },
    ]);
    expect(stored[0].content).toBe('Their text');
  });

  it('saves no form that is of a published post or of an unknown version', async () => {
    const { ask, did } = await atTheEditor({}, '/blog/posts/mine/edit');
    for (const fields of [{ status: 'published' }, { etag: '' }])
      expect(await ask('/blog/posts/mine/edit', 'autosave', fields)).toMatchObject({
        status: 409,
        body: { outcome: 'refused' },
      });
    expect(did('update')).toEqual([]);
  });

  it('says that the session has ended, and that another one has begun', async () => {
    const { ask, ada } = await atTheEditor();
    for (const name of ['dormouse_access', 'dormouse_refresh']) ada.cookies.delete(name);
    expect(await ask('/blog/new', 'autosave')).toMatchObject({ status: 401, body: { outcome: 'logged-out' } });
    await ada.logIn('edna');
    expect(await ask('/blog/new', 'autosave')).toMatchObject({ status: 403, body: { outcome: 'other-account' } });
    for (const name of ['dormouse_access', 'dormouse_refresh']) ada.cookies.delete(name);
    await ada.logIn();
    const stale = await ask('/blog/new', 'autosave');
    expect(stale).toMatchObject({ status: 403, body: { outcome: 'stale' } });
    expect(await ask('/blog/new', 'autosave', { csrf: String(stale.body.csrf) })).toMatchObject({
      body: { outcome: 'saved' },
    });
  });

  it('takes no form of another site', async () => {
    const { ada } = await atTheEditor();
    const sent = await ada.submit(
      '/blog/new',
      { ...typed, account: 'ada', action: 'autosave' },
      {
        accept: 'application/json',
        origin: 'https://evil.example',
        'sec-fetch-site': 'cross-site',
      },
    );
    expect(sent.status).toBe(403);
    expect(await sent.text()).not.toContain('csrf');
  });

  const refusing = (code: Parameters<typeof fail>[0], more: Parameters<typeof fail>[2] = {}) => {
    const given = world().web.posts;
    return { posts: { ...given, create: async () => fail(code, 'No.', more), bySlug: given.bySlug } };
  };
  it.each([
    [
      'invalid',
      { errors: [{ field: 'title', message: 'is too long' }] },
      { outcome: 'refused', alert: 'Title: is too long' },
    ],
    ['idempotency_mismatch', {}, { outcome: 'refused', alert: 'No.' }],
    ['not_found', {}, { outcome: 'gone' }],
    ['too_many_requests', { headers: { 'retry-after': '9' } }, { outcome: 'later', seconds: 9 }],
    ['idempotency_in_flight', {}, { outcome: 'later', seconds: 0 }],
    ['unavailable', {}, { outcome: 'later', seconds: 0 }],
    ['unauthorized', {}, { outcome: 'logged-out' }],
  ] as const)('says what %s means', async (code, more, body) => {
    const { ask } = await atTheEditor(refusing(code, more));
    expect((await ask('/blog/new', 'autosave')).body).toEqual(body);
  });
});

describe('the buttons, by the script', () => {
  it('publish, and say where the post is', async () => {
    const { ask, did } = await atTheEditor();
    expect((await ask('/blog/new', 'published')).body).toMatchObject({
      outcome: 'saved',
      location: '/blog/posts/new-post',
    });
    expect(did('create')[0]?.[1]).toMatchObject({ status: 'published' });
    expect(did('purge')).toHaveLength(1);
  });

  it('preview to the byte what the page shows', async () => {
    const { ask, ada, stored } = await atTheEditor();
    const content = '# Kopf\n\n```js\nlet a = 1\n```\n\n| a |\n|---|\n| b |\n\nשלום\n';
    const { html, sheets } = (await ask('/blog/new', 'preview', { content })).body;
    stored.unshift(aPost({ slug: 'shown', title: typed.title, content }));
    await ada.get('/blog/posts/shown');
    expect(ada.text()).toContain(String(html));
    expect([String(html).slice(0, 28), sheets]).toEqual(['<div class="prose e-content"', []]);
  });

  it('upload a picture, and say where it is or what is wrong with it', async () => {
    const upload = failingOnce(new AppError('unsupported_media_type', 'It is no picture.'), async () => ({
      address: '/blog/media/pictures/x.jpg',
    }));
    const given = world();
    const made = world({ pictures: { ...given.web.pictures, upload: upload as never } });
    const ada = browser(made.app);
    await ada.logIn();
    await ada.get('/blog/new');
    const picture = { picture: new Blob(['x']) };
    const fields = { csrf: ada.value('csrf') ?? '', account: 'ada', action: 'picture' };
    const send = async (files = {}) =>
      (await ada.submitFile('/blog/new', fields, files, { accept: 'application/json' })).json();
    expect(await send()).toEqual({ outcome: 'refused', alert: 'Choose a file first.' });
    expect(await send(picture)).toEqual({ outcome: 'refused', alert: 'It is no picture.' });
    expect(await send(picture)).toEqual({ outcome: 'uploaded', address: '/blog/media/pictures/x.jpg' });
  });
});

describe('a conflict', () => {
  it('shows what each of both has changed since the version that they began with', async () => {
    const { ada, stored } = await atTheEditor({}, '/blog/posts/mine/edit');
    stored[0] = { ...stored[0]!, title: 'Old title', content: 'It was *quite another* text.', version: 4 };
    await ada.submit('/blog/posts/mine/edit', {
      ...typed,
      title: 'Old title',
      content: 'It was *another* text of mine.',
      action: 'draft',
    });
    expect(ada.text()).toMatch(
      /What others changed<\/h3>\n<pre[^>]*>Old title\n\nIt was \*<ins>quite <\/ins>another\* text\.<\/pre>/,
    );
    expect(ada.text()).toMatch(
      /What you changed<\/h3>\n<pre[^>]*>Old title\n\nIt was \*another\* text<ins> of mine<\/ins>\.<\/pre>/,
    );
    expect(ada.value('version')).toBe('4');
  });
});
