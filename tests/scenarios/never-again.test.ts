import { expect, it } from 'vitest';
import type { Post, Problem } from '../blog.ts';
import { describeOn, everyTarget } from '../describe-on.ts';
import { unique } from '../unique.ts';

/** Categories that are there from the beginning (functions/categories/migrations), and stay without posts. */
const defaults = ['General', 'Technology', 'Science', 'Culture', 'Travel'];

interface Category {
  id: number;
  name: string;
  slug: string;
  color: string;
  post_count: number;
}

/** Faults seen on the platform's predecessor while it ran; each has one test here that would catch its return. */
describeOn(everyTarget, 'what must not come back', (target) => {
  const categories = async () => (await target().blog.call<Category[]>('GET', '/blog/api/categories')).body;

  it('the first new categories answer 500', async () => {
    const author = await target().blog.register();
    for (const name of ['First', 'Second', 'Third', 'Fourth'].map(unique))
      expect((await author.write({ title: name, category_name: name })).category.name).toBe(name);
  });

  it('all writes of all users share 30 a minute, masked as 401', async () => {
    const authors = await Promise.all([target().blog.register(), target().blog.register()]);
    const writes = authors.flatMap((author) =>
      Array.from({ length: 40 }, (_, n) =>
        author.call('POST', '/blog/api/posts', {
          body: { title: `Note ${n}`, content: 'x', category_name: 'General' },
        }),
      ),
    );
    expect(new Set((await Promise.all(writes)).map(({ status }) => status))).toEqual(new Set([201]));
  });

  it('slugs collide, with SQL text in the answer', async () => {
    const author = await target().blog.register();
    const run = unique('');
    const names = ['C#', 'C++', 'C', '.NET', 'NET', '!!!', '???', '日本語', 'Ünïcode', 'unicode'].map(
      (name) => name + run,
    );
    const posts = [];
    for (const name of names) posts.push(await author.write({ title: name, category_name: name }));
    for (const slugs of [posts.map(({ slug }) => slug), posts.map(({ category }) => category.slug)]) {
      expect(new Set(slugs).size).toBe(names.length);
      expect(slugs.every((slug) => slug.length > 0)).toBe(true);
    }
    const twice = await Promise.all(Array.from({ length: 10 }, () => author.write({ title: 'The same title' })));
    expect(new Set(twice.map(({ slug }) => slug)).size).toBe(10);
  });

  it('random colours collide among 12 categories', async () => {
    const author = await target().blog.register();
    const posts = await Promise.all(
      Array.from({ length: 60 }, (_, n) => author.write({ title: `Colour ${n}`, category_name: unique('Colour') })),
    );
    const colors = (await categories()).map(({ color }) => color.toLowerCase());
    expect(colors.length).toBeGreaterThanOrEqual(60);
    expect(new Set(colors).size).toBe(colors.length);
    for (const { id } of posts) await author.call('DELETE', `/blog/api/posts/${id}`);
  });

  it('deleting any post deletes every empty category, defaults too', async () => {
    const author = await target().blog.register();
    const [kept, emptied] = [unique('Only a draft'), unique('Emptied')];
    const draft = await author.write({ title: 'Kept', category_name: kept, status: 'draft' });
    const gone = await author.write({ title: 'Gone', category_name: emptied });
    expect((await author.call('DELETE', `/blog/api/posts/${gone.id}`)).status).toBe(204);
    const left = await target().eventually(categories, (all) => !all.some(({ name }) => name === emptied));
    expect(left.map(({ name }) => name)).toEqual(expect.arrayContaining(defaults));
    expect((await author.call<Post>('GET', `/blog/api/posts/${draft.id}`)).body.category.name).toBe(kept);
  });

  it('create and delete racing in one category answer 500', async () => {
    const author = await target().blog.register();
    const race = unique('Race');
    const statuses: number[] = [];
    await Promise.all(
      Array.from({ length: 15 }, async () => {
        for (let n = 0; n < 10; n++) {
          const created = await author.call<Post>('POST', '/blog/api/posts', {
            body: { title: 'Racing', content: 'x', category_name: race },
          });
          statuses.push(created.status);
          if (created.status === 201)
            statuses.push((await author.call('DELETE', `/blog/api/posts/${created.body.id}`)).status);
        }
      }),
    );
    expect(statuses.filter((status) => status !== 201 && status !== 204)).toEqual([]);
    expect(statuses.length).toBe(300);
    await target().eventually(categories, (all) => !all.some(({ name }) => name === race));
  });

  it('the category list is stale for ten minutes', async () => {
    const author = await target().blog.register();
    const fresh = unique('Fresh');
    await categories();
    await author.write({ title: 'Fresh', category_name: fresh });
    const all = await target().eventually(
      categories,
      (all) => all.some(({ name, post_count }) => name === fresh && post_count === 1),
      15,
    );
    expect(all).toContainEqual(expect.objectContaining({ name: fresh, post_count: 1 }));
  });

  it('the list cache is keyed by page number, so that offset=1 answers what offset=0 did', async () => {
    const author = await target().blog.register();
    for (let n = 0; n < 4; n++) await author.write({ title: `Post ${n}` });
    const list = `/blog/api/posts?author=${author.name}&limit=3`;
    const page = async (offset: number) =>
      (await target().blog.call<Post[]>('GET', `${list}&offset=${offset}`)).body.map(({ id }) => id);
    const [first, second] = [await page(0), await page(1)];
    expect([first.length, second.length]).toEqual([3, 3]);
    expect(second.slice(0, 2)).toEqual(first.slice(1));
    expect(second).not.toEqual(first);
  });

  it('ids over int32 and NUL characters answer 500', async () => {
    const author = await target().blog.register();
    for (const id of [
      '2147483648',
      '9223372036854775808',
      '99999999999999999999999',
      '-1',
      '0',
      '1.5',
      'abc',
      '%00',
      'NaN',
      '1e3',
      '0x10',
    ])
      for (const path of [`/blog/api/posts/${id}`, `/blog/api/categories/${id}`]) {
        const { status, body } = await target().blog.call<Problem>('GET', path);
        expect([path, status]).toEqual([
          path,
          expect.toSatisfy((code: number) => code === 404 || code === 422 || code === 400),
        ]);
        expect(JSON.stringify(body)).not.toMatch(/postgres|sql|syntax|integer out of range|relation/i);
      }
    for (const field of ['title', 'content', 'category_name']) {
      const response = await author.call('POST', '/blog/api/posts', {
        body: { title: 't', content: 'c', category_name: 'General', [field]: 'a\u0000b' },
      });
      expect([response.status, response.body.errors?.[0]?.field]).toEqual([422, field]);
    }
    for (const query of [
      'limit=0',
      'limit=101',
      'limit=abc',
      'offset=-1',
      'offset=99999999999999999999',
      'after=nonsense',
      'category=%00',
    ])
      expect([query, (await target().blog.call('GET', `/blog/api/posts?${query}`)).status]).toEqual([
        query,
        expect.toSatisfy((code: number) => code === 422 || code === 400),
      ]);
  });

  it('empty user name and password are accepted', async () => {
    for (const body of [
      { username: '', email: 'a@example.org', password: '' },
      { username: '   ', email: 'a@example.org', password: 'long enough password' },
      { username: 'nobody', email: 'a@example.org', password: '' },
      {},
    ])
      expect((await target().blog.call('POST', '/api/register', { body })).status).toBe(422);
  });

  it('names and e-mails are enumerable', async () => {
    const { name } = await target().blog.register();
    const wrong = await target().blog.call('POST', '/api/login', {
      body: { username: name, password: 'not the password' },
    });
    const unknown = await target().blog.call('POST', '/api/login', {
      body: { username: unique('nobody').replace(' ', '-'), password: 'not the password' },
    });
    expect([unknown.status, unknown.body.detail, unknown.body.code]).toEqual([
      wrong.status,
      wrong.body.detail,
      wrong.body.code,
    ]);
    const seen = await target().blog.call<object>('GET', `/api/users/${name}`);
    expect(seen.status).toBe(200);
    expect(JSON.stringify(seen.body)).not.toContain('example.org');
    expect((await target().blog.call('GET', '/api/users')).status).not.toBe(200);
  });

  it('scripts stored in title and category run in the page', async () => {
    const author = await target().blog.register();
    const post = await author.write({
      title: '<img src=x onerror=alert(1)>',
      category_name: '<script>alert(2)</script>',
      content: '<svg onload=alert(3)> [x](javascript:alert(4))',
    });
    for (const path of [`/blog/posts/${post.slug}`, '/', `/blog/categories/${post.category.slug}`]) {
      const page = await target().blog.call<string>('GET', path);
      expect(page.status).toBe(200);
      expect(page.body).not.toMatch(
        /<script(?! type="application\/ld\+json">)|<img src=x|<svg[^>]*onload|href="javascript:/i,
      );
      expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
    }
  });

  it('/metrics and /docs are public by accident', async () => {
    for (const path of [
      '/metrics',
      '/docs',
      '/openapi.json',
      '/healthz',
      '/readyz',
      '/events',
      '/blog/api/posts/metrics',
      '/api/metrics',
    ]) {
      const { status } = await target().blog.call('GET', path);
      expect([path, status >= 400 && status < 500]).toEqual([path, true]);
    }
    expect((await target().blog.call('POST', '/events', { body: {} })).status).toBeGreaterThanOrEqual(400);
  });

  it('unknown JSON fields and mass assignment are accepted', async () => {
    const author = await target().blog.register();
    const response = await author.call('POST', '/blog/api/posts', {
      body: { title: 't', content: 'c', category_name: 'General', author_id: 1, role: 'admin' },
    });
    expect(response.status).toBe(422);
    expect(response.body.errors?.map(({ field }) => field).sort()).toEqual(['author_id', 'role']);
    expect(
      (
        await target().blog.call('POST', '/api/register', {
          body: { username: 'mallory', email: 'm@example.org', password: 'a long password', role: 'admin' },
        })
      ).status,
    ).toBe(422);
  });
});
