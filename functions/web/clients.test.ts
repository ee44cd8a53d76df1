import { AppError } from '@dormouse/runtime/errors';
import { describe, expect, it } from 'vitest';
import { accountsAt } from './accounts.ts';
import { categoriesAt } from './categories.ts';
import { type PostInput, postsAt } from './posts.ts';
import type { Call } from './upstream.ts';

/** Answers each call with the next of `answers`, and remembers the calls. */
function respondingWith(...responses: Response[]) {
  const calls: { url: string; init: Parameters<Call>[1] }[] = [];
  const call: Call = async (url, init) => {
    calls.push({ url, init });
    return responses.shift() as Response;
  };
  return { call, calls };
}

const problemResponse = (status: number, body: unknown, headers = {}) =>
  Response.json(body, { status, headers: { 'content-type': 'application/problem+json', ...headers } });

describe('the client of posts', () => {
  it('reads cursors out of Link, whatever their order and address', async () => {
    const link =
      '<http://posts.local/blog/api/posts?limit=20&before=b%2F1>; rel="prev", </blog/api/posts?after=a%3D%3D&limit=20>; rel="next"';
    const { call, calls } = respondingWith(Response.json([], { headers: { link } }), Response.json([]));
    const posts = postsAt('http://posts', call);
    expect(await posts.list({ limit: 20, after: 'x y', category: 'c#' }, 'tok')).toEqual({
      posts: [],
      older: 'a==',
      newer: 'b/1',
    });
    expect(calls[0]?.url).toBe('http://posts/blog/api/posts?limit=20&after=x+y&category=c%23');
    expect(calls[0]?.init?.headers).toEqual({ authorization: 'Bearer tok' });
    expect(await posts.list({ limit: 1 })).toEqual({ posts: [] });
    expect(calls[1]?.init?.headers).toEqual({});
  });
  it('tells a post from the new place of an old slug', async () => {
    const { call, calls } = respondingWith(
      Response.json({ id: 1 }, { headers: { etag: '"1-2"' } }),
      new Response(null, { status: 301, headers: { location: '/blog/api/posts/by-slug/n%C3%A9w' } }),
    );
    const posts = postsAt('http://posts', call);
    expect(await posts.bySlug('a/b')).toEqual({
      post: { id: 1, tags: [], kind: 'post', lang: null, cover: null, cover_alt: '', featured: false, summary: '' },
      etag: '"1-2"',
    });
    expect(calls[0]?.url).toBe('http://posts/blog/api/posts/by-slug/a%2Fb');
    expect(await posts.bySlug('old')).toEqual({ moved: 'néw' });
  });
  it('sends the key with a new post and the version with a change', async () => {
    const { call, calls } = respondingWith(
      Response.json({ id: 7 }, { status: 201 }),
      Response.json({ id: 7 }),
      new Response(null, { status: 204 }),
    );
    const posts = postsAt('http://posts', call);
    const input = {
      title: 't',
      content: 'c',
      category_name: 'n',
      tags: [],
      status: 'draft',
      published_at: null,
      kind: 'post',
      lang: null,
      cover: null,
      cover_alt: '',
      summary: '',
      slug: null,
      featured: undefined,
      date: undefined,
    } as const satisfies PostInput;
    await posts.create(input, 'key', 'tok');
    await posts.update(7, input, '"7-1"', 'tok');
    await posts.remove(7, '"7-2"', 'tok');
    expect(
      calls.map(({ url, init }) => [
        init?.method,
        url,
        init?.headers?.['idempotency-key'] ?? init?.headers?.['if-match'],
      ]),
    ).toEqual([
      ['POST', 'http://posts/blog/api/posts', 'key'],
      ['PATCH', 'http://posts/blog/api/posts/7', '"7-1"'],
      ['DELETE', 'http://posts/blog/api/posts/7', '"7-2"'],
    ]);
    expect(JSON.parse(calls[0]?.init?.body ?? '')).toEqual(input);
  });
  it('throws what posts answered: code, words, fields, and how long to wait', async () => {
    const errors = [{ field: 'title', message: 'is too long' }, 'nonsense'];
    const { call } = respondingWith(
      problemResponse(422, { code: 'invalid', detail: 'No.', errors }),
      problemResponse(422, { code: 'idempotency_mismatch', detail: 'Used.' }),
      problemResponse(429, {}, { 'retry-after': '9' }),
      new Response('<html>', { status: 502 }),
      problemResponse(418, { code: 'teapot' }),
    );
    const posts = postsAt('http://posts', call);
    const failure = () =>
      posts.list({ limit: 1 }).then(
        () => undefined,
        (error: AppError) => error,
      );
    expect(await failure()).toMatchObject({
      code: 'invalid',
      detail: 'No.',
      errors: [{ field: 'title', message: 'is too long' }],
    });
    expect(await failure()).toMatchObject({ code: 'idempotency_mismatch' });
    expect(await failure()).toMatchObject({ code: 'too_many_requests', headers: { 'retry-after': '9' } });
    expect(await failure()).toMatchObject({ code: 'unavailable' });
    const last = await failure();
    expect([last instanceof AppError, last?.status]).toEqual([true, 500]);
  });
});

describe('the client of categories', () => {
  it('finds where a category went', async () => {
    const { call, calls } = respondingWith(
      new Response(null, { status: 301, headers: { location: '/blog/api/categories/c-sharp' } }),
      problemResponse(404, { code: 'not_found' }),
    );
    const categories = categoriesAt('http://categories', call);
    expect(await categories.movedTo('c#')).toBe('c-sharp');
    expect(calls[0]?.url).toBe('http://categories/blog/api/categories/c%23');
    await expect(categories.movedTo('x')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('the client of accounts', () => {
  it('takes an answer without a body as the success that it is', async () => {
    const { call, calls } = respondingWith(new Response(null, { status: 202 }), new Response('', { status: 202 }));
    const accounts = accountsAt('http://auth', call, 'x-real-ip', 'proof');
    await accounts.requestPasswordReset('ada@example.org', '203.0.113.9');
    await accounts.requestEmailVerification('token', '203.0.113.9');
    expect(calls.map(({ url }) => url)).toEqual([
      'http://auth/api/password-resets',
      'http://auth/api/me/email-verification',
    ]);
  });
  it('asks for the refresh token in the body, and says who asks', async () => {
    const granted = { token: 't', expires_in: 900, refresh_token: 'r' };
    const { call, calls } = respondingWith(
      Response.json(granted),
      Response.json(granted),
      new Response(null, { status: 204 }),
      Response.json({ username: 'ada' }),
      Response.json({}),
    );
    const accounts = accountsAt('http://auth', call, 'x-client-address', 'secret');
    expect(await accounts.logIn('ada', 'pw', '203.0.113.7')).toEqual(granted);
    await accounts.refresh('r', '');
    await accounts.logOut('r', 't');
    expect(await accounts.claim({ token: 'c', email: 'e', password: 'p' }, '::1')).toBe('ada');
    await accounts.changePassword({ password: 'new', current_password: 'old' }, 't', '::1');
    const proofs = calls.map(({ init }) => init?.headers?.['x-client-proof']);
    expect(proofs).toEqual(['secret', undefined, undefined, 'secret', 'secret']);
    expect(
      calls.map(({ url, init }) => [
        url,
        JSON.parse(init?.body ?? ''),
        init?.headers?.['x-client-address'],
        init?.headers?.authorization,
      ]),
    ).toEqual([
      ['http://auth/api/login', { username: 'ada', password: 'pw', refresh: 'body' }, '203.0.113.7', undefined],
      ['http://auth/api/token/refresh', { refresh_token: 'r' }, undefined, undefined],
      ['http://auth/api/logout', { refresh_token: 'r' }, undefined, 'Bearer t'],
      ['http://auth/api/claim', { token: 'c', email: 'e', password: 'p' }, '::1', undefined],
      ['http://auth/api/me', { password: 'new', current_password: 'old' }, '::1', 'Bearer t'],
    ]);
  });
});
