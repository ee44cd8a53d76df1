import { fail } from '@dormouse/runtime/errors';
import { describe, expect, it } from 'vitest';
import { aComment, accessToken, aPost, browser, startMs, world } from './app.fixture.ts';
import { commentingAt } from './comments.ts';

const path = '/blog/posts/mine';
const tokenOf = (name: string, role = 'author') => accessToken(name, startMs / 1000 + 900, role);

function withPost(parts: Parameters<typeof world>[0] = {}) {
  const made = world(parts);
  made.stored.push(aPost({ slug: 'mine' }));
  return { ...made, reader: browser(made.app) };
}

describe('comments on the page of a post', () => {
  it('stand in threads, with the names and texts of strangers escaped', async () => {
    const { reader, said } = withPost();
    said.push(
      aComment({
        id: 7,
        isGuest: true,
        author: '<img src=x onerror=alert(1)>',
        content: '<script>alert(1)</script> *hi*',
      }),
      aComment({ id: 8, parentId: 7, author: 'ada', isEdited: true }),
      aComment({ id: 9, isDeleted: true, author: '', content: '' }),
    );
    await reader.get(path);
    const text = reader.text();
    expect(text).toContain('<h2 id="comments-title">2 comments</h2>');
    expect(text).toContain('<b dir="auto">&lt;img src=x onerror=alert(1)&gt;</b> <span>guest</span>');
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt; <em>hi</em>');
    expect(text).not.toMatch(/<script>|<img/);
    expect(text).toMatch(
      /<article class="comment" id="comment-7">[\s\S]*<ol><li><article class="comment" id="comment-8">/,
    );
    expect(text).toContain('<b dir="auto">ada</b> <span class="of-post">author of the post</span>');
    expect(text).toContain('This comment was deleted.');
  });

  it('are not there on drafts and pages, and where the blog takes none', async () => {
    const { reader, stored, settings, did } = withPost();
    stored.push(aPost({ slug: 'about', kind: 'page' }));
    await reader.get('/blog/posts/about');
    expect(reader.text()).not.toContain('id="comments"');
    settings.comments = 'none';
    await reader.get(path);
    expect(reader.text()).not.toContain('id="comments"');
    expect(did('commentsOf')).toEqual([]);
  });

  it('are missing when they cannot be read, and the page is not kept', async () => {
    const { reader, kept } = withPost({
      comments: { of: async () => undefined, newest: async () => undefined, counts: async () => new Map() },
    });
    expect((await reader.get(path)).status).toBe(200);
    expect(reader.text()).toContain('The comments cannot be read just now.');
    expect(kept.size).toBe(0);
  });

  it('are kept pages for everybody, whatever else the address says', async () => {
    const { reader, kept, did } = withPost();
    for (const query of ['', '?x=1', '?comments=x', '?answer=-1', '?comment=y']) await reader.get(path + query);
    expect([kept.size, did('commentsOf').length]).toEqual([1, 1]);
    await reader.get(`${path}?comments=3-4`);
    expect(did('commentsOf').at(-1)).toEqual(['commentsOf', expect.any(Number), '3-4']);
  });

  it('make no more pages to keep than there are comments to begin with or to answer', async () => {
    const { reader, kept, said } = withPost();
    said.push(aComment({ id: 7 }), aComment({ id: 8, parentId: 7 }), aComment({ id: 9, isDeleted: true }));
    const strays = ['?answer=1', '?answer=8', '?answer=9', '?answer=07', '?comments=7-9', '?comments=07-8'];
    for (const query of [...strays, '?comments=1-1&answer=7', '?comments=7-8&answer=99']) {
      expect((await reader.get(path + query)).headers.has('surrogate-key')).toBe(false);
      expect(reader.text()).toContain('Well <em>said</em>.');
    }
    expect(kept.size).toBe(0);
    for (const query of ['?answer=7', '?comments=7-8', '?comments=7-8&answer=7', '?comment=held', ''])
      expect((await reader.get(path + query)).headers.has('surrogate-key')).toBe(true);
    expect(kept.size).toBe(5);
  });

  it('are counted on lists', async () => {
    const { reader, said } = withPost();
    said.push(aComment());
    await reader.get('/blog/');
    expect(reader.text()).toContain('<a href="/blog/posts/mine#comments">1 comment</a>');
  });
});

describe('writing a comment', () => {
  it('works for a guest without a script, a cookie or an account, and leads to the comment', async () => {
    const { reader, did, stored } = withPost();
    await reader.get(path);
    expect(reader.text()).not.toContain('name="csrf"');
    const response = await reader.submit(
      `${path}/comments`,
      { content: 'Nice.\r\nYes.', name: ' Grace ', email: '', website: '' },
      { 'x-client-address': '203.0.113.7' },
    );
    expect([response.status, response.headers.get('location')]).toEqual([303, '/blog/posts/mine#comment-70']);
    expect(did('comment')).toEqual([
      ['comment', stored[0]?.id, { content: 'Nice.\nYes.', name: 'Grace' }, { token: undefined }, '203.0.113.7'],
    ]);
    expect(did('purge')).toEqual([['purge', 'page:']]);
    expect(reader.cookies.get('dormouse_comments')).toBe(`70.${'T'.repeat(32)}`);
  });

  it('can be changed and deleted by a guest in the same browser alone', async () => {
    const { app, reader, did } = withPost();
    await reader.get(path);
    await reader.submit(`${path}/comments`, { content: 'Nice.', name: 'Grace' });
    await reader.get(path);
    expect(reader.text()).toContain('href="/blog/comments/70"');
    const other = browser(app);
    await other.get(path);
    expect(other.text()).not.toContain('href="/blog/comments/70"');
    expect((await other.get('/blog/comments/70')).status).toBe(403);
    await reader.get('/blog/comments/70');
    expect(reader.text()).not.toContain('value="spam"');
    await reader.submit('/blog/comments/70', { content: 'Better.', action: 'save' });
    expect(did('changeComment')).toEqual([
      ['changeComment', 70, 'Better.', { token: undefined, commentToken: 'T'.repeat(32) }, { etag: '"70-Nice."' }],
    ]);
    await reader.get('/blog/comments/70');
    expect((await reader.submit('/blog/comments/70', { content: '', action: 'save' })).status).toBe(422);
    expect((await reader.submit('/blog/comments/70', { action: 'delete', csrf: 'x' })).status).toBe(403);
    await reader.get('/blog/comments/70');
    expect((await reader.submit('/blog/comments/70', { action: 'delete' })).status).toBe(303);
    expect(did('removeComment').map((each) => each[3])).toEqual([{ version: undefined, etag: '"70-Nice."' }]);
  });

  it('is not changed over what somebody has not read', async () => {
    const { reader, said } = withPost();
    await reader.get(path);
    await reader.submit(`${path}/comments`, { content: 'Nice.', name: 'Grace' });
    await reader.get('/blog/comments/70');
    said[0] = { ...said[0]!, content: 'From another tab' };
    expect((await reader.submit('/blog/comments/70', { content: 'Mine', action: 'save' })).status).toBe(412);
    expect(reader.text()).toContain('This comment was changed after you had opened this page.');
    expect(reader.text()).toContain('From another tab');
    expect(reader.value('content')).toBe('Mine');
    expect((await reader.submit('/blog/comments/70', { content: 'Mine', action: 'save' })).status).toBe(303);
  });

  it('says that it waits', async () => {
    const { reader } = withPost();
    await reader.get(path);
    const response = await reader.submit(`${path}/comments`, { content: 'http://x', name: 'Grace' });
    const to = response.headers.get('location') ?? '';
    expect(to).toBe('/blog/posts/mine?comment=held#write');
    await reader.get(to);
    expect(reader.text()).toContain('Your comment waits until somebody has looked at it.');
  });

  it('answers a comment', async () => {
    const { reader, said, did } = withPost();
    said.push(aComment({ author: '<b>Edna' }));
    await reader.get(`${path}?answer=7`);
    expect(reader.text()).toContain('Answer to <bdi>&lt;b&gt;Edna</bdi>');
    await reader.submit(`${path}/comments`, { content: 'Thanks', name: 'Grace' });
    expect(did('comment')[0]?.[2]).toEqual({ content: 'Thanks', name: 'Grace', parent_id: 7 });
    await reader.get(`${path}?answer=999`);
    expect(reader.text()).toContain('Write a comment');
  });

  it('hands on what a program typed into the field that nobody sees', async () => {
    const { reader, did } = withPost();
    await reader.get(path);
    expect(reader.text()).toContain('<p class="website" aria-hidden="true">');
    await reader.submit(`${path}/comments`, { content: 'x', name: 'Bot', website: 'https://spam' });
    expect(did('comment')[0]?.[2]).toMatchObject({ website: 'https://spam' });
  });

  it('keeps what was typed when it is refused', async () => {
    const { reader } = withPost();
    await reader.get(path);
    expect((await reader.submit(`${path}/comments`, { content: 'Mine', name: '', email: 'a@b.example' })).status).toBe(
      422,
    );
    expect(reader.text()).toContain('Name must not be empty.');
    expect([reader.value('content'), reader.value('email')]).toEqual(['Mine', 'a@b.example']);
    expect((await reader.submit(`${path}/comments`, { content: 'refused', name: 'G' })).status).toBe(403);
    expect(reader.text()).toContain('You cannot comment here.');
    expect(reader.value('name')).toBe('G');
  });

  it('is in the name of who is logged in, with a form of this browser', async () => {
    const { reader, did } = withPost();
    await reader.logIn();
    await reader.get(path);
    expect(reader.text()).toContain('You write as <bdi>ada</bdi>.');
    expect((await reader.submit(`${path}/comments`, { content: 'x', csrf: 'A'.repeat(43) })).status).toBe(403);
    expect(did('comment')).toEqual([]);
    expect((await reader.submit(`${path}/comments`, { content: 'x' })).status).toBe(303);
    expect(did('comment')[0]?.slice(2, 4)).toEqual([{ content: 'x' }, { token: tokenOf('ada') }]);
    expect(reader.cookies.has('dormouse_comments')).toBe(false);
  });

  it('is refused from another site', async () => {
    const { reader, did } = withPost();
    const response = await reader.submit(
      `${path}/comments`,
      { content: 'x', name: 'y' },
      { 'sec-fetch-site': 'cross-site' },
    );
    expect([response.status, did('comment')]).toEqual([403, []]);
  });

  it('finds no post', async () => {
    const { reader } = withPost();
    expect((await reader.submit('/blog/posts/none/comments', { content: 'x', name: 'y' })).status).toBe(404);
  });
});

describe('the queue', () => {
  async function asEditor(name = 'edna') {
    const made = withPost();
    made.said.push(aComment({ isGuest: true, author: 'Grace <b>', content: 'www.a.example <i>' }));
    await made.reader.logIn(name);
    await made.reader.get('/blog/comments');
    return made;
  }

  it('is for those who write; words and blocks are for editors', async () => {
    const { app } = world();
    const visitor = browser(app);
    expect((await visitor.get('/blog/comments')).headers.get('location')).toBe('/blog/login?next=%2Fblog%2Fcomments');
    const { reader: ada } = await asEditor('ada');
    expect(ada.text()).not.toMatch(/action="\/blog\/comments\/words"|value="block"|comments\/blocked/);
    const { reader: edna } = await asEditor();
    expect(edna.text()).toContain(
      '<b dir="auto">Grace &lt;b&gt;</b> <span>guest</span> <span dir="auto">grace@example.org</span>',
    );
    expect(edna.text()).toContain('<span>links</span>');
    expect(edna.text()).toContain('/blog/comments/blocked/1');
    expect(edna.value('words')).toBe('casino');
    expect(edna.text()).toContain('aria-current="page">Comments</a>');
  });

  it.each([
    ['en', 'Not for you', 'Authors and editors moderate comments.'],
    ['ko', '권한이 없습니다', '글쓴이와 편집자만 댓글을 관리할 수 있습니다.'],
  ])('says in %s to readers and operators that it is not for them, and asks nobody', async (language, title, text) => {
    for (const role of ['reader', 'operator'] as const) {
      const { app, settings, did } = world();
      Object.assign(settings, { language });
      const who = browser(app);
      who.cookies.set('dormouse_access', accessToken('ida', startMs / 1000 + 900, role));
      expect((await who.get('/blog/comments')).status).toBe(403);
      expect(who.text()).toContain(`<h1>${title}</h1>`);
      expect(who.text()).toContain(text);
      expect(did('queue')).toEqual([]);
    }
  });

  it('decides by forms, and shows pages anew', async () => {
    const { reader, did } = await asEditor();
    const token = tokenOf('edna', 'editor');
    for (const action of ['published', 'spam', 'delete', 'block']) {
      const response = await reader.submit('/blog/comments/7/decide', { action, version: '3' });
      expect(response.status).toBe(303);
      await reader.get(response.headers.get('location') ?? '');
    }
    expect(did('decide')).toEqual([
      ['decide', 7, 'published', token, { version: 3, etag: '' }],
      ['decide', 7, 'spam', token, { version: 3, etag: '' }],
    ]);
    expect([did('removeComment')[0]?.[1], did('block')]).toEqual([7, [['block', 7, token]]]);
    expect(did('purge')).toHaveLength(4);
    expect(reader.text()).toContain('Whoever wrote it comments no more.');
  });

  it('keeps words, one in each line, and lets people in again', async () => {
    const { reader, did } = await asEditor();
    await reader.submit('/blog/comments/words', { words: 'casino\r\n\r\n 카지노 ' });
    await reader.get('/blog/comments?saved');
    await reader.submit('/blog/comments/blocked/1');
    const token = tokenOf('edna', 'editor');
    expect([did('changeWords'), did('unblock')]).toEqual([
      [['changeWords', ['casino', '카지노'], token]],
      [['unblock', 1, token]],
    ]);
  });

  it('changes nothing without the token of this browser', async () => {
    const { reader, did } = await asEditor();
    const csrf = 'A'.repeat(43);
    for (const form of ['7/decide', 'words', 'blocked/1'])
      expect((await reader.submit(`/blog/comments/${form}`, { action: 'published', csrf })).status).toBe(403);
    expect([did('decide'), did('changeWords'), did('unblock')]).toEqual([[], [], []]);
  });
});

it('comments are asked by HTTP, with the reader’s address', async () => {
  const asked: unknown[] = [];
  const call = async (url: string, init: { method?: string; headers?: Record<string, string>; body?: string } = {}) => {
    asked.push([
      init.method,
      url,
      init.body,
      init.headers?.['x-client-address'],
      init.headers?.['comment-token'],
      init.headers?.['if-match'],
    ]);
    if (url.endsWith('/words')) return fail('forbidden', 'x');
    return Response.json({ id: 3, token: 't' }, { status: 202 });
  };
  const comments = commentingAt('http://comments', call, 'x-client-address', 'proof');
  expect(await comments.write(9, { content: 'x', name: 'y' }, {}, '203.0.113.7')).toEqual({
    id: 3,
    isShown: false,
    token: 't',
  });
  await comments.change(3, 'z', { commentToken: 't' }, { etag: '"a"' });
  expect(asked).toEqual([
    [
      'POST',
      'http://comments/blog/api/posts/9/comments',
      '{"content":"x","name":"y"}',
      '203.0.113.7',
      undefined,
      undefined,
    ],
    ['PATCH', 'http://comments/blog/api/comments/3', '{"content":"z"}', undefined, 't', '"a"'],
  ]);
});
