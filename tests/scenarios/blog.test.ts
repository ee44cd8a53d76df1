import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { beforeAll, expect, it } from 'vitest';
import type { ApiResponse, Author, Post, Problem } from '../blog.ts';
import { describeOn, everyTarget, type Targets } from '../describe-on.ts';
import { unique } from '../unique.ts';

describeOn(everyTarget, 'writing', (target) => {
  let author: Author;
  const path = ({ id }: Post) => `/blog/api/posts/${id}`;
  beforeAll(async () => {
    author = await target().blog.register();
  });

  it('begins with an account, and who the token says', async () => {
    const me = await author.call<{ data: { username: string } }>('GET', '/verify');
    expect([me.status, me.body.data.username]).toEqual([200, author.name]);
  });

  it('creates a post, and says where it is and which version', async () => {
    const name = unique('Badgers');
    const { status, body, headers } = await author.call<Post>('POST', '/blog/api/posts', {
      body: { title: 'Hello', content: '# Hi', category_name: name },
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ title: 'Hello', author: author.name, status: 'published', category: { name } });
    expect(headers.get('location')).toBe(path(body));
    expect(headers.get('etag')).toMatch(/^"[^"]+"$/);
    expect((await target().blog.call<Post>('GET', path(body))).body).toEqual(body);
  });

  it('creates it once, however often a request with the same Idempotency-Key comes', async () => {
    const title = unique('Once');
    const key = title.replace(' ', '-');
    const send = (content: string) =>
      author.call<Post>('POST', '/blog/api/posts', {
        body: { title, content, category_name: 'General' },
        headers: { 'idempotency-key': key },
      });
    const [first, again] = [await send('a'), await send('a')];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    const other = await send('b');
    expect([other.status, (other.body as unknown as Problem).code]).toEqual([422, 'idempotency_mismatch']);
    const mine = await target().blog.call<Post[]>('GET', `/blog/api/posts?author=${author.name}&limit=100`);
    expect(mine.body.filter((post) => post.title === title)).toHaveLength(1);
  });

  it('refuses to change a version that is no longer the newest', async () => {
    const post = await author.write({ title: 'First' });
    const etag = (await author.call('GET', path(post))).headers.get('etag')!;
    const change = (title: string) =>
      author.call<Post>('PATCH', path(post), { body: { title }, headers: { 'if-match': etag } });
    const edited = await change('Second');
    expect([edited.status, edited.body.title]).toEqual([200, 'Second']);
    const stale = await change('Lost');
    expect([stale.status, (stale.body as unknown as Problem).code]).toEqual([412, 'precondition_failed']);
  });

  it('says what is wrong with each field, as a problem (RFC 9457)', async () => {
    const { status, headers, body } = await author.call('POST', '/blog/api/posts', {
      body: { title: '', content: 'x', category_name: 'a\u0000b', role: 'admin' },
    });
    expect([status, headers.get('content-type')]).toEqual([422, 'application/problem+json']);
    expect(body).toMatchObject({ status: 422, code: 'invalid', trace_id: headers.get('x-trace-id') });
    expect(body.errors?.map(({ field }) => field).sort()).toEqual(['category_name', 'role', 'title']);
  });

  it('ends with a post that is gone', async () => {
    const post = await author.write({ title: 'Gone' });
    expect((await author.call('DELETE', path(post))).status).toBe(204);
    expect((await target().blog.call('GET', path(post))).status).toBe(404);
  });

  it('brings a deleted post back, and everything that forgot it with it', async () => {
    const post = await author.write({ title: unique('Undone'), category_name: unique('Stoats') });
    const { call } = target().blog;
    const count = (wanted: number) =>
      target().eventually(
        () => call<{ post_count?: number }>('GET', `/blog/api/categories/${post.category.slug}`),
        ({ body }) => (body.post_count ?? 0) === wanted,
      );
    await count(1);
    await author.call('DELETE', path(post));
    await count(0);
    const stranger = await target().blog.register();
    expect((await stranger.call('POST', `${path(post)}/restore`)).status).toBe(404);
    const restored = await author.call<Post>('POST', `${path(post)}/restore`);
    expect([restored.status, restored.body.slug, restored.body.status]).toEqual([200, post.slug, 'published']);
    await count(1);
    const page = await target().eventually(
      () => call('GET', `/blog/posts/${post.slug}`),
      ({ status }) => status === 200,
    );
    expect(page.body).toContain(post.title);
    expect((await author.call('POST', `${path(post)}/restore`)).status).toBe(404);
  });
});

describeOn(everyTarget, 'reading', (target) => {
  let author: Author;
  let posts: Post[];
  const category = unique('Otters');
  beforeAll(async () => {
    author = await target().blog.register();
    posts = [];
    for (const title of ['One', 'Two', 'Three'])
      posts.unshift(await author.write({ title: `${title} otter`, category_name: category }));
  });
  const get = <T = string>(path: string, headers = {}) => target().blog.call<T>('GET', path, { headers });

  it('goes through a list piece by piece, newest first, by the links it gives', async () => {
    const titles: string[] = [];
    for (let path: string | undefined = `/blog/api/posts?limit=2&category=${posts[0]!.category.slug}`; path; ) {
      const { status, body, headers }: ApiResponse<Post[]> = await get<Post[]>(path);
      expect(status).toBe(200);
      titles.push(...body.map(({ title }) => title));
      path = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
    }
    expect(titles).toEqual(['Three otter', 'Two otter', 'One otter']);
  });

  it('is told 304 while nothing has changed', async () => {
    const path = `/blog/api/posts/${posts[0]!.id}`;
    const etag = (await get(path)).headers.get('etag')!;
    const again = await get(path, { 'if-none-match': etag });
    expect([again.status, again.body, again.headers.get('etag')]).toEqual([304, '', etag]);
    await author.call('PATCH', path, { body: { content: 'Changed.' } });
    expect((await get(path, { 'if-none-match': etag })).status).toBe(200);
  });

  it('sees a post as a page, with its text and nothing that would run', async () => {
    const post = await author.write({
      title: '<b>Bold</b>',
      content: 'Some *Markdown* <script>alert(1)</script>',
      category_name: category,
    });
    const { status, headers, body } = await get(`/blog/posts/${post.slug}`);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(body).toContain('<em>Markdown</em>');
    expect(body).toContain('&lt;b&gt;Bold&lt;/b&gt;');
    expect(body).not.toContain('alert(1)</script>');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('is told what an author is called, soon after that changes', async () => {
    const name = unique('Otter Example');
    const { status } = await author.call('PATCH', '/api/me', { body: { display_name: name } });
    expect(status).toBe(200);
    for (const path of [`/blog/posts/${posts[0]!.slug}`, `/blog/categories/${posts[0]!.category.slug}`])
      await target().eventually(
        () => get(path),
        ({ body }) => body.includes(name),
      );
  });

  it('finds the newest posts in the feed', async () => {
    const feed = await target().eventually(
      () => get('/blog/feed.xml'),
      ({ body }) => body.includes(posts[0]!.slug),
    );
    expect(feed.status).toBe(200);
    expect(feed.headers.get('content-type')).toContain('application/atom+xml');
  });

  it('sees nothing of a draft', async () => {
    const draft = await author.write({ title: unique('Draft'), category_name: category, status: 'draft' });
    expect((await get(`/blog/api/posts/${draft.id}`)).status).toBe(404);
    expect((await get(`/blog/posts/${draft.slug}`)).status).toBe(404);
    expect((await author.call('GET', `/blog/api/posts/${draft.id}`)).status).toBe(200);
  });
});

// Not in process: there the broker's time is made up, and that of posts is not.
const inRealTime: Targets<never> = { targetNames: ['local', 'cluster'], needs: [] };
describeOn(everyTarget, 'commenting', (target) => {
  let author: Author;
  let post: Post;
  beforeAll(async () => {
    author = await target().blog.register();
    post = await author.write({ title: unique('Commented') });
    expect((await target().administrator('PATCH', '/api/settings', { body: { comments: 'first_held' } })).status).toBe(
      200,
    );
  });
  const path = () => `/blog/api/posts/${post.id}/comments`;
  const page = (holds: (html: string) => boolean) =>
    target().eventually(
      async () => (await target().blog.call<string>('GET', `/blog/posts/${post.slug}`)).body,
      holds,
      30,
    );

  it('is for guests, on the page of the post, once somebody let it pass', async () => {
    const { blog, administrator } = target();
    expect((await author.call('POST', path(), { body: { content: 'Mine' } })).status).toBe(201);
    const text = unique('Guest');
    const sent = await blog.call<{ id: number }>('POST', path(), {
      body: { content: `${text} <script>alert(1)</script>`, name: '<b>Grace' },
    });
    expect(sent.status).toBe(202);
    expect(await page((html) => html.includes('Mine</p>'))).not.toContain(text);
    const stranger = await blog.register();
    const decision = { body: { status: 'published' } };
    expect((await stranger.call('PATCH', `/blog/api/comments/${sent.body.id}`, decision)).status).toBe(404);
    expect((await administrator('PATCH', `/blog/api/comments/${sent.body.id}`, decision)).status).toBe(200);
    const shown = await page((html) => html.includes(text));
    expect(shown).toContain('&lt;b&gt;Grace');
    expect(shown).not.toContain('alert(1)</script>');
    expect((await blog.call<unknown[]>('GET', path())).body).toHaveLength(2);
  });

  it('ends with the post', async () => {
    await author.call('DELETE', `/blog/api/posts/${post.id}`);
    expect((await target().blog.call('GET', path())).status).toBe(404);
  });
});

describeOn(inRealTime, 'a post with a time', (target) => {
  const get = <T = string>(path: string) => target().blog.call<T>('GET', path);

  it('is published when that has come, above all others', async () => {
    const author = await target().blog.register();
    const category = unique('Owls');
    await author.write({ title: 'Before', category_name: category });
    const published_at = new Date(Date.now() + 5000).toISOString();
    const post = await author.write({ title: unique('Later'), category_name: category, published_at });
    expect(post.status).toBe('draft');
    const list = await target().eventually(
      async () => (await get<Post[]>(`/blog/api/posts?category=${post.category.slug}`)).body,
      ([newest]) => newest?.id === post.id,
    );
    expect(list[0]).toMatchObject({ status: 'published', created_at: published_at, published_at });
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(published_at));
  });
});

describeOn(everyTarget, 'who may do what', (target) => {
  let post: Post;
  let author: Author;
  beforeAll(async () => {
    author = await target().blog.register();
    post = await author.write({ title: 'Mine' });
  });

  it('without a token nobody writes', async () => {
    const response = await target().blog.call('POST', '/blog/api/posts', {
      body: { title: 'x', content: 'x', category_name: 'General' },
    });
    expect([response.status, response.body.code]).toEqual([401, 'unauthorized']);
    const forged = await target().blog.call('GET', '/verify', {
      headers: { authorization: `Bearer ${author.token.slice(0, -4)}AAAA` },
    });
    expect(forged.status).toBe(401);
  });

  it('a post is its author’s', async () => {
    const other = await target().blog.register();
    for (const method of ['PATCH', 'DELETE']) {
      const rejected = await other.call(
        method,
        `/blog/api/posts/${post.id}`,
        method === 'PATCH' ? { body: { title: 'Mine now' } } : {},
      );
      expect([method, rejected.status, rejected.body.code]).toEqual([method, 403, 'forbidden']);
    }
  });

  it('the journal is for operators', async () => {
    expect((await target().blog.call('GET', '/api/journal/events')).status).toBe(401);
    expect((await author.call('GET', '/api/journal/events')).status).toBe(403);
    expect(await target().journal.events({ limit: '1' })).toHaveLength(1);
  });

  it('what is for the inside is not reached from the outside, however it is written', async () => {
    const paths = ['/events', '/dead-letters', '/batches', '/healthz', '/readyz', '/metrics'].flatMap((path) => [
      path,
      `${path}/`,
      `/blog/..${path}`,
      path.replace('e', '%65'),
      path.replace('e', '%65').replace('a', '%61'),
      `/%2e%2e${path}`,
    ]);
    const reached = [];
    for (const path of paths)
      for (const method of ['GET', 'POST']) {
        const status = await statusOf(target().url, method, path);
        if (status !== 404) reached.push(`${method} ${path}: ${status}`);
      }
    expect(reached).toEqual([]);
  });

  it('strangers hear which keys are good, and not whose log-in has ended', async () => {
    const keys = await target().blog.call<object>('GET', '/.well-known/jwks.json', {
      headers: { 'x-client-address': '' },
    });
    expect([keys.status, Object.keys(keys.body)]).toEqual([200, ['keys']]);
  });

  it('nobody is limited by an address that was made up', async () => {
    const { name } = await target().blog.register();
    const fields = ['x-forwarded-for', 'x-real-ip', 'x-client-address', 'x-envoy-external-address', 'forwarded'];
    const statuses = [];
    for (let n = 1; n <= 7; n++) {
      const headers = Object.fromEntries(
        fields.map((field) => [field, field === 'forwarded' ? `for=10.0.0.${n}` : `10.0.0.${n}`]),
      );
      const response = await target().blog.call('POST', '/api/login', {
        body: { username: name.toUpperCase(), password: 'wrong password' },
        headers,
      });
      statuses.push(response.status);
      if (response.status === 429) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    // One of the five that a name has was the log-in that registering made.
    expect(statuses).toEqual([401, 401, 401, 401, 429, 429, 429]);
  });
});

/** Sends a path as it is written; fetch would tidy it up. */
const statusOf = (url: string, method: string, path: string): Promise<number | undefined> =>
  new Promise((done, failed) => {
    const send = url.startsWith('https:') ? secureRequest : request;
    send(url, { method, path }, (response) => {
      response.resume().once('end', () => done(response.statusCode));
    })
      .once('error', failed)
      .end();
  });
