import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeBlog, fakeBlog } from './blog.fixture.ts';

const personal = `dormouse_pat_${'a'.repeat(43)}`;
const post = (given: object = {}) => ({
  id: 7,
  version: 3,
  title: 'Wake',
  slug: 'wake',
  author: 'ada',
  byline: [],
  tags: [],
  created_at: '2026-11-28T12:00:00.000Z',
  updated_at: '2026-11-29T12:00:00.000Z',
  excerpt: '',
  category: { id: 1, name: 'General', slug: 'general', color: '#2f6f4f' },
  status: 'draft',
  kind: 'post',
  lang: null,
  cover: null,
  cover_alt: '',
  featured: false,
  summary: '',
  published_at: null,
  content: 'It sleeps.',
  ...given,
});
const problem = (status: number, detail: string, more: object = {}) => ({
  status,
  body: { type: 'about:blank', title: 'Refused', status, detail, ...more },
});

let blog: FakeBlog;
beforeEach(async () => void (blog = await fakeBlog()));
afterEach(() => blog.close());
const run: FakeBlog['run'] = (...args) => blog.run(...args);
const bodyOf = (call: string) => JSON.parse(blog.asked.find((each) => each.call === call)?.body || 'null');

/** An editor that writes a text in place of what it is given. */
function editor(text: string, code = 0): { EDITOR: string } {
  const file = join(blog.home, 'editor');
  writeFileSync(join(blog.home, 'typed'), text);
  writeFileSync(file, `#!/bin/sh\ncp "$1" "${blog.home}/given"\ncat "${blog.home}/typed" > "$1"\nexit ${code}\n`);
  chmodSync(file, 0o700);
  return { EDITOR: file };
}
const textsKept = () => {
  const folder = join(blog.home, '.local/state/dormouse/texts');
  return existsSync(folder) ? readdirSync(folder) : [];
};

describe('login', () => {
  const granted = {
    body: {
      token: 'session',
      refresh_token: 'refresh',
      user: { id: 1, username: 'ada', display_name: 'Ada', role: 'author' },
    },
  };
  const made = {
    status: 201,
    body: { id: 'x', name: 'x', scopes: ['posts:read'], expires_at: '2027-01-01T00:00:00.000Z', token: personal },
  };

  test('asks for name and password, keeps a token alone, and ends the log-in', async () => {
    blog.answer('POST /api/login', granted);
    blog.answer('POST /api/tokens', made);
    blog.answer('POST /api/logout', { status: 204 });
    const { code, out, err } = await run(['login', `${blog.url}/blog/`], { typed: ['ada', 'a password'] });
    expect({ code, err }).toEqual({ code: 0, err: 'User name: \nPassword: *\n' });
    expect(out).toMatch(new RegExp(`^logged in to ${blog.url} as ada until 2027-`));
    expect(bodyOf('POST /api/login')).toEqual({ username: 'ada', password: 'a password', refresh: 'body' });
    expect(bodyOf('POST /api/tokens')).toMatchObject({ expires_in: 90 * 86_400 });
    expect(bodyOf('POST /api/tokens').scopes).toContain('comments:moderate');
    expect(bodyOf('POST /api/tokens').scopes).not.toContain('webhooks:write');
    expect(bodyOf('POST /api/logout')).toEqual({ refresh_token: 'refresh' });
    const kept = readFileSync(blog.logins.fileOf(blog.url), 'utf8');
    expect(JSON.parse(kept)).toMatchObject({ url: blog.url, username: 'ada', token: personal });
    expect(kept + out).not.toMatch(/a password|session|refresh/);
    expect(out).not.toContain(personal);
  });

  test('asks for the code of a second factor', async () => {
    blog.answer('POST /api/login', ({ body }) =>
      JSON.parse(body).code === '123456'
        ? granted
        : problem(401, 'A code is needed.', { errors: [{ field: 'code', message: 'is required' }] }),
    );
    blog.answer('POST /api/tokens', made);
    const { code, err } = await run(['login', blog.url, '--user', 'ada'], { typed: ['a password', ' 123456 '] });
    expect(code).toBe(0);
    expect(err).toBe('Password: *\nCode of the second factor, or a recovery code: \n');
    const wrong = await run(['login', blog.url, '--user', 'ada'], { typed: ['a password', '1'] });
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('dormouse login: the code is wrong\n')]);
  });

  test('keeps nothing for a wrong password', async () => {
    blog.answer('POST /api/login', problem(401, 'User name or password is wrong.'));
    const { code, err } = await run(['login', blog.url], { typed: ['ada', 'x'] });
    expect([code, err.split('\n').at(-2)]).toEqual([1, 'dormouse login: user name or password is wrong']);
    expect(blog.logins.all()).toEqual([]);
  });

  test('takes a token from standard input, and revokes the one that it replaces', async () => {
    blog.keep('dormouse_pat_before');
    blog.answer('POST /api/token/personal', {
      body: { token: 'e', token_type: 'Bearer', expires_in: 9, scope: 'posts:read' },
    });
    blog.answer('POST /api/token/personal/revocation', { status: 204 });
    const { code, out } = await run(['login', blog.url, '--token-stdin', '--json'], { input: `${personal}\n` });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ url: blog.url, username: null, scopes: ['posts:read'] });
    expect(out).not.toContain(personal);
    expect(blog.logins.of(blog.url)).toMatchObject({ token: personal });
    expect(bodyOf('POST /api/token/personal/revocation')).toEqual({ token: 'dormouse_pat_before' });
  });

  test.each([
    [['login', 'http://blog.example'], {}, 'without TLS: use https, or say --insecure'],
    [['login', 'blog.example'], {}, 'URL blog.example: not an http address'],
    [['login', 'https://blog.example'], {}, 'nobody can be asked for a password here: --token-stdin'],
    [['login', 'https://blog.example', '--token-stdin'], { input: 'x' }, 'standard input is no personal access token'],
    [
      ['login', 'https://a.example', '--scopes', 'posts:all'],
      {},
      '--scopes posts:all: there is no scope posts:all; there are',
    ],
    [['login', 'https://a.example', '--days', '400'], {}, '--days 400: must be a whole number from 1 to 366'],
  ])('%j is refused before anything is sent', async (args, more, words) => {
    const { code, err } = await run(args, more);
    expect([code, err]).toEqual([2, expect.stringContaining(words)]);
  });
});

describe('logout', () => {
  test('revokes the token, then forgets it', async () => {
    blog.keep(personal);
    blog.answer('POST /api/token/personal/revocation', { status: 204 });
    expect(await run(['logout'])).toMatchObject({ code: 0, out: `logged out of ${blog.url}: its token is revoked\n` });
    expect(bodyOf('POST /api/token/personal/revocation')).toEqual({ token: personal });
    expect(blog.logins.all()).toEqual([]);
    expect(await run(['logout', blog.url])).toMatchObject({
      code: 1,
      err: expect.stringContaining('not logged in to'),
    });
  });

  test('keeps a token that could not be revoked, and says where', async () => {
    const file = blog.keep(personal);
    blog.answer('POST /api/token/personal/revocation', problem(500, 'Broken.'));
    const { code, err } = await run(['logout']);
    expect([code, err]).toEqual([
      1,
      `dormouse logout: the token was not revoked: HTTP 500: Broken; it stays in ${file}\n`,
    ]);
    expect(blog.logins.of(blog.url)).toBeDefined();
  });
});

describe('which blog, and as whom', () => {
  test('the only one of a login; DORMOUSE_URL, --url and tokens go before', async () => {
    blog.keep('kept');
    blog.answer('GET /blog/api/posts', { body: [] });
    expect(await run(['posts', 'list'])).toMatchObject({ code: 0, out: 'no post fits\n' });
    await run(['posts', 'list'], { env: { DORMOUSE_TOKEN: 'env' } });
    await run(['posts', 'list', '--token', 'given'], { env: { DORMOUSE_TOKEN: 'env' } });
    expect(blog.asked.map(({ authorization }) => authorization)).toEqual(['Bearer kept', 'Bearer env', 'Bearer given']);
    blog.logins.keep({ url: 'https://other.example', username: null, token: 't', scopes: [], expires_at: null });
    expect(await run(['posts', 'list'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('which blog? --url or'),
    });
    expect((await run(['posts', 'list', '--url', blog.url])).code).toBe(0);
    expect((await run(['posts', 'list'], { env: { DORMOUSE_URL: `${blog.url}/` } })).code).toBe(0);
  });

  test('nobody reads what is published, and writes nothing', async () => {
    blog.answer('GET /blog/api/posts', { body: [] });
    expect(await run(['posts', 'list'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('"dormouse login URL"'),
    });
    expect((await run(['posts', 'list', '--url', blog.url])).code).toBe(0);
    expect(blog.asked[0]).toMatchObject({ authorization: undefined, query: { status: 'published' } });
    expect(await run(['posts', 'publish', '7', '--url', blog.url])).toMatchObject({
      code: 1,
      err: `dormouse posts publish: you are not logged in to ${blog.url}: "dormouse login ${blog.url}"\n`,
    });
  });

  test('what the blog refuses says what to do', async () => {
    blog.keep('kept');
    const said = async (reply: Parameters<FakeBlog['answer']>[1]) => {
      blog.answer('GET /blog/api/posts', reply);
      return (await run(['posts', 'list'])).err;
    };
    expect(await said(problem(401, 'No.'))).toContain(
      `has expired or was revoked; "dormouse login ${blog.url}" gets a new one`,
    );
    const header = { 'www-authenticate': 'Bearer error="insufficient_scope", scope="posts:read"' };
    expect(await said({ ...problem(403, 'No.'), headers: header })).toContain(
      'the token lacks the scope posts:read: "dormouse login',
    );
    expect(await said(problem(403, 'Drafts of others cannot be listed.'))).toBe(
      'dormouse posts list: HTTP 403: Drafts of others cannot be listed\n',
    );
    expect(await said(problem(422, 'Wrong.', { errors: [{ field: 'tag', message: 'is too long' }] }))).toBe(
      'dormouse posts list: HTTP 422: Wrong: tag is too long\n',
    );
    await blog.close();
    const { err } = await run(['posts', 'list', '--token', 't', '--url', blog.url]);
    expect(err).toBe(`dormouse posts list: ${blog.url} does not answer (ECONNREFUSED)\n`);
    blog = await fakeBlog();
  });

  test('where only signed tokens are taken, the token is exchanged', async () => {
    blog.keep(personal);
    blog.answer('POST /api/token/personal', { body: { token: 'signed' } });
    blog.answer('GET /blog/api/posts', ({ authorization }) =>
      authorization === 'Bearer signed'
        ? { body: [] }
        : problem(401, 'Jwt is not in the form of Header.Payload.Signature'),
    );
    expect((await run(['posts', 'list'])).code).toBe(0);
  });
});

describe('posts', () => {
  beforeEach(() => void blog.keep());

  test('are listed page by page, as far as --limit goes', async () => {
    blog.answer('GET /blog/api/posts', ({ query }) => ({
      body: [post({ id: query.after ? 1 : 2, title: query.after ? 'Old\u001b[2J' : 'New' })],
      headers: query.after ? {} : { link: '</blog/api/posts?limit=2&after=x>; rel="next"' },
    }));
    const { out } = await run(['posts', 'list', '--limit', '2', '--status', 'scheduled', '--tag', 'a b']);
    expect(out.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
      'NUMBER STATE DATE AUTHOR TITLE',
      expect.stringMatching(/^2 draft 2026-11-\d\d \S+ ada New$/),
      expect.stringMatching(/^1 draft 2026-11-\d\d \S+ ada Old�\[2J$/),
      '',
    ]);
    expect(blog.asked.map(({ query }) => query)).toEqual([
      { status: 'draft', scheduled: 'true', tag: 'a b', limit: '2' },
      { limit: '2', after: 'x' },
    ]);
    const first = await run(['posts', 'list', '--limit', '1', '--json']);
    expect(JSON.parse(first.out)).toMatchObject([{ id: 2 }]);
  });

  test('are not looked for elsewhere, where the token does not belong', async () => {
    blog.answer('GET /blog/api/posts', { body: [], headers: { link: '<https://other.example/x>; rel="next"' } });
    const { code, err } = await run(['posts', 'list']);
    expect([code, err]).toEqual([1, expect.stringContaining('says that the list goes on at https://other.example')]);
  });

  test('are shown by number, slug or address, as a file that goes back', async () => {
    blog.answer('GET /blog/api/posts/7', { body: post() });
    blog.answer('GET /blog/api/posts/by-slug/old', {
      status: 301,
      headers: { location: '/blog/api/posts/by-slug/wake' },
    });
    blog.answer('GET /blog/api/posts/by-slug/wake', { body: post() });
    const { out } = await run(['posts', 'show', '7']);
    expect(out).toMatch(/^---\nversion: 3\ntitle: "Wake"\n[\s\S]+\ndraft: true\n---\n\nIt sleeps\.\n$/);
    expect((await run(['posts', 'show', 'old'])).out).toBe(out);
    expect((await run(['posts', 'show', 'https://blog.example/blog/posts/wake?x'])).out).toBe(out);
    const file = join(blog.home, 'post.md');
    expect((await run(['posts', 'show', 'wake', '-o', file])).out).toBe(`wrote ${file}: 7, version 3\n`);
    expect(readFileSync(file, 'utf8')).toBe(out);
    expect(await run(['posts', 'show', '8'])).toMatchObject({
      code: 1,
      err: `dormouse posts show: ${blog.url} has no post 8 that you may see\n`,
    });
    expect(await run(['posts', 'show', 'a/b'])).toMatchObject({ code: 2 });
  });

  test('are drafts when they are new, unless somebody says that they are not', async () => {
    blog.answer('POST /blog/api/posts', { status: 201, body: post() });
    const written = async (args: string[], input: string) => {
      blog.asked.length = 0;
      const { code } = await run(['posts', 'new', '-', ...args], { input });
      return [code, bodyOf('POST /blog/api/posts')];
    };
    const usual = { title: 'T', content: 'Text.', category_name: 'General', status: 'draft' };
    expect(await written([], '# T\n\nText.\n')).toEqual([0, usual]);
    expect(await written(['--title', 'T', '--publish'], 'Text.')).toEqual([0, { ...usual, status: 'published' }]);
    expect(
      await written(['--tags', 'a, b'], '---\ntitle: T\ndraft: false\ncategories: Notes\nlang: en\n---\nText.'),
    ).toEqual([0, { ...usual, status: 'published', category_name: 'Notes', lang: 'en', tags: ['a', 'b'] }]);
    expect(await run(['posts', 'new', '-'], { input: 'Text.' })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/there is no title: say --title, .+; the text is kept in \S+new\.md\n$/),
    });
    expect(await run(['posts', 'new', '/nowhere.md'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('/nowhere.md: ENOENT'),
    });
    expect(await run(['posts', 'new'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('nobody can type a text here'),
    });
  });

  test('are written in an editor, and what could not be sent is kept', async () => {
    blog.answer('POST /blog/api/posts', problem(503, 'Later.'));
    const env = editor('---\ntitle: Mine\n---\n\nTyped.\n');
    const { code, err } = await run(['posts', 'new'], { env, typed: [] });
    const file = /HTTP 503: Later; the text is kept in (\S+)\n$/.exec(err)?.[1] as string;
    expect([code, readFileSync(file, 'utf8')]).toEqual([1, '---\ntitle: Mine\n---\n\nTyped.\n']);
    blog.answer('POST /blog/api/posts', { status: 201, body: post() });
    expect((await run(['posts', 'new', file])).code).toBe(0);
    const before = textsKept();
    expect((await run(['posts', 'new'], { env, typed: [] })).out).toBe(`draft 7: Wake\n${blog.url}/blog/posts/wake\n`);
    expect(textsKept()).toEqual(before);
  });

  test('that nobody changed in the editor are not sent; an editor that fails keeps what was typed', async () => {
    blog.answer('GET /blog/api/posts/7', { body: post() });
    expect((await run(['posts', 'edit', '7'], { env: { EDITOR: 'true' }, typed: [] })).out).toBe(
      'nothing was changed\n',
    );
    expect((await run(['posts', 'new'], { env: { EDITOR: 'true' }, typed: [] })).out).toBe('nothing was written\n');
    expect(textsKept()).toEqual([]);
    expect(await run(['posts', 'edit', '7'], { env: { EDITOR: 'false' }, typed: [] })).toMatchObject({
      code: 1,
      err: 'dormouse posts edit: the editor "false" ended with 1\n',
    });
    expect(textsKept()).toEqual([]);
    const { err } = await run(['posts', 'edit', '7'], { env: editor('Typed.', 3), typed: [] });
    expect(readFileSync(/the text is in (\S+)\n$/.exec(err)?.[1] as string, 'utf8')).toBe('Typed.');
    expect(blog.asked.every(({ call }) => call.startsWith('GET'))).toBe(true);
  });

  test('are changed as they were read, or by options alone', async () => {
    blog.answer('GET /blog/api/posts/7', { body: post(), headers: { etag: '"7-3"' } });
    blog.answer('PATCH /blog/api/posts/7', { body: post({ title: 'Other' }) });
    expect((await run(['posts', 'edit', '7', '--title', 'Other', '--tags', ''])).out).toContain('draft 7: Other\n');
    expect(bodyOf('PATCH /blog/api/posts/7')).toEqual({ title: 'Other', tags: [] });
    expect(blog.asked.at(-1)?.headers['if-match']).toBe('"7-3"');
    await run(['posts', 'edit', '7'], { env: editor('---\nversion: 3\ntitle: Other\n---\n\nIt wakes.\n'), typed: [] });
    expect(readFileSync(join(blog.home, 'given'), 'utf8')).toContain('version: 3\n');
    expect(JSON.parse(blog.asked.at(-1)?.body ?? '')).toEqual({ title: 'Other', content: 'It wakes.' });
  });

  test('that somebody else has changed meanwhile are not overwritten, and nothing is lost', async () => {
    const file = join(blog.home, 'mine.md');
    writeFileSync(file, '---\nversion: 2\n---\n\nMine.\n');
    blog.answer('GET /blog/api/posts/7', { body: post({ content: 'It sleeps well.' }), headers: { etag: '"7-3"' } });
    blog.answer('GET /blog/api/posts/7/revisions/2', { body: { title: 'Wake', content: 'It sleeps.' } });
    blog.answer('PATCH /blog/api/posts/7', problem(412, 'The post was changed since you read it.'));
    const old = await run(['posts', 'edit', '7', file]);
    expect(old.code).toBe(1);
    expect(old.err).toContain('since version 2 others have changed:\n  It sleeps{+ well+}.\n');
    expect(old.err).toMatch(
      /: version 3 was saved at .+ write "version: 3" into your text, and send it again; the text is kept in \S+mine\.md\n$/,
    );
    expect(blog.asked.some(({ call }) => call.startsWith('PATCH'))).toBe(false);
    // Between reading and writing, too.
    const late = await run(['posts', 'edit', '7', '-'], { input: 'Mine.' });
    const kept = /the text is kept in (\S+)\n$/.exec(late.err)?.[1] as string;
    expect([late.code, readFileSync(kept, 'utf8')]).toEqual([1, 'Mine.']);
    blog.answer('PATCH /blog/api/posts/7', { body: post() });
    expect((await run(['posts', 'edit', '7', file, '--force'])).code).toBe(0);
    expect(blog.asked.at(-1)?.headers).not.toHaveProperty('if-match');
  });

  test('are published, hidden, scheduled and deleted', async () => {
    const sent = async (args: string[], state: object = {}, more: object = {}) => {
      blog.answer('GET /blog/api/posts/7', { body: post(state) });
      const { code, err } = await run(['posts', ...args], more);
      return code === 0 ? blog.asked.at(-1)?.body : err;
    };
    blog.answer('PATCH /blog/api/posts/7', { body: post() });
    blog.answer('DELETE /blog/api/posts/7', { status: 204 });
    expect(await sent(['publish', '7'])).toBe('{"status":"published"}');
    expect(await sent(['unpublish', '7'])).toBe('{"status":"draft","published_at":null}');
    expect(await sent(['schedule', '7', '2199-01-02T03:04:05Z'])).toBe('{"published_at":"2199-01-02T03:04:05.000Z"}');
    expect(await sent(['schedule', '7', '2199-01-02T03:04:05Z'], { status: 'published' })).toContain(
      'it is published already',
    );
    expect(await sent(['schedule', '7', '2001-01-01'])).toContain('TIME 2001-01-01: must be a time to come');
    expect(await sent(['delete', '7'])).toContain('Delete 7 “Wake”? Nobody can be asked here: add --yes');
    expect(await run(['posts', 'delete', '7'], { answer: false })).toMatchObject({ code: 1, out: '' });
    expect(blog.asked.at(-1)?.call).toBe('GET /blog/api/posts/7');
    expect((await run(['posts', 'delete', '7'], { answer: true })).out).toContain('deleted 7: Wake\n');
    expect(blog.asked.at(-1)?.call).toBe('DELETE /blog/api/posts/7');
  });
});

describe('search', () => {
  test('shows the words where they stand', async () => {
    blog.answer('GET /blog/api/search', ({ query }) => ({
      body:
        query.q === 'no words'
          ? []
          : [{ ...post(), published_at: post().created_at, highlight: 'It &lt;b&gt; <mark>sleeps</mark>.' }],
      headers: { 'x-total-count': '1000+', link: '</blog/api/search?q=x&after=y>; rel="next"' },
    }));
    const { out } = await run(['search', 'It', 'sleeps', '--limit', '1', '--url', blog.url]);
    expect(blog.asked[0]?.query).toEqual({ q: 'It sleeps', limit: '1' });
    expect(out).toBe(
      `Wake  2026-11-28  ada\n  ${blog.url}/blog/posts/wake\n  It <b> sleeps.\nthe best 1 of 1000+; --limit shows more\n`,
    );
    blog.answer('GET /blog/api/search', () => ({
      body: [],
      headers: { 'x-total-count': '0', link: '</blog/api/search?q=it+sleeps>; rel="related"' },
    }));
    expect((await run(['search', 'it', 'slepes', '--url', blog.url])).out).toBe(
      'nothing was found; did you mean “it sleeps”?\n',
    );
    expect(await run(['search', '--url', blog.url])).toMatchObject({ code: 2, err: expect.stringContaining('WORD') });
  });
});

describe('comments', () => {
  beforeEach(() => void blog.keep());

  test('that wait are listed, shown, hidden and deleted', async () => {
    const queued = {
      id: 12,
      created_at: '2026-11-30T12:00:00.000Z',
      author: 'Grace',
      is_guest: true,
      reasons: ['first', 'links'],
      post: { slug: 'wake', title: 'Wake' },
      content: 'Well\n*said*.',
    };
    blog.answer('GET /blog/api/comments', { body: [queued], headers: { 'x-total-count': '1' } });
    const { out } = await run(['comments', 'list', '--status', 'spam']);
    expect(out.split('\n')[1]).toMatch(/^12 +2026-\S+ \S+ +Grace \(guest\) +wake +first links +Well \*said\*\.$/);
    expect(blog.asked[0]?.query).toEqual({ status: 'spam', limit: '20' });
    blog.answer('PATCH /blog/api/comments/12', { body: queued });
    blog.answer('DELETE /blog/api/comments/12', { status: 204 });
    expect((await run(['comments', 'approve', '12'])).out).toBe('shown 12\n');
    expect(blog.asked.at(-1)?.body).toBe('{"status":"published"}');
    expect((await run(['comments', 'spam', '12'])).out).toBe('spam 12\n');
    expect(blog.asked.at(-1)?.body).toBe('{"status":"spam"}');
    expect(await run(['comments', 'delete', '12'])).toMatchObject({ code: 2 });
    expect((await run(['comments', 'delete', '12', '-y', '--json'])).out).toBe('[\n  {\n    "id": 12\n  }\n]\n');
  });
});

describe('media upload', () => {
  beforeEach(() => void blog.keep());

  test('waits for a picture, and prints the Markdown that shows it', async () => {
    const file = join(blog.home, 'p.png');
    writeFileSync(file, 'bytes');
    const picture = { hash: 'ab', state: 'uploaded', address: '/blog/media/pictures/ab-1280.jpg', reason: null };
    blog.answer('POST /blog/api/media', { status: 201, body: picture });
    blog.answer('GET /blog/api/media/ab', { body: { ...picture, state: 'ready' } });
    const { code, out } = await run(['media', 'upload', file, '--alt', 'A [hedge]']);
    expect({ code, out }).toEqual({ code: 0, out: '![A \\[hedge\\]](/blog/media/pictures/ab-1280.jpg)\n' });
    expect(blog.asked[0]).toMatchObject({ body: 'bytes', headers: { 'content-type': 'application/octet-stream' } });
    blog.answer('GET /blog/api/media/ab', { body: { ...picture, state: 'refused', reason: 'It is no picture.' } });
    expect(await run(['media', 'upload', file])).toEqual({
      code: 1,
      out: '',
      err: `${file}: refused: It is no picture.\n`,
    });
    expect((await run(['media', 'upload', file, '--no-wait', '--json'])).out).toContain('"state": "uploaded"');
    expect(await run(['media', 'upload', '/nowhere.png'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('ENOENT'),
    });
  });
});

describe('webhooks', () => {
  beforeEach(() => void blog.keep());

  test('are added, listed, tested and removed', async () => {
    const webhook = {
      id: 1,
      url: 'https://receiver.example/hook',
      events: ['dev.dormouse.post.published.v1'],
      enabled: true,
      disabled_reason: null,
      failing_since: null,
    };
    blog.answer('POST /api/webhooks', { status: 201, body: { id: 1, secret: 'whsec_x' } });
    expect((await run(['webhooks', 'add', webhook.url, '--events', 'published,x.y'])).out).toBe(
      'webhook  1\nsecret   whsec_x\nthe secret is shown this once\n',
    );
    expect(bodyOf('POST /api/webhooks')).toEqual({
      url: webhook.url,
      events: ['dev.dormouse.post.published.v1', 'x.y'],
    });
    blog.answer('GET /api/webhooks', { body: [webhook] });
    blog.answer('GET /api/webhooks/1', { body: webhook });
    expect((await run(['webhooks', 'list'])).out.split('\n')[1]).toMatch(/^1 +works +published +https:\/\/receiver/);
    blog.answer('POST /api/webhooks/1/test', { status: 202, body: { id: 'd' } });
    const attempt = { at: '', duration_ms: 81, status: 500, error: null, answer: 'no' };
    blog.answer('GET /api/webhooks/1/deliveries', { body: [{ id: 'd', state: 'waiting', attempts: [attempt] }] });
    expect(await run(['webhooks', 'test', '1'])).toMatchObject({ code: 1, out: 'waiting: HTTP 500 no (81 ms)\n' });
    blog.answer('DELETE /api/webhooks/1', { status: 204 });
    expect((await run(['webhooks', 'remove', '1'], { answer: true })).out).toBe(`removed 1: ${webhook.url}\n`);
  });
});
