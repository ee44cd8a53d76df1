import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { family } from '../bench/processes.ts';
import { type Blog, blogAt, type Post, type Problem } from '../blog.ts';
import { eventually, type RunningPlatform, runPlatform } from '../platform.ts';

interface Category {
  id: number;
  name: string;
  slug: string;
  color: string;
  post_count: number;
}

/** Faults seen on the platform's predecessor while it ran; each has one test here that would catch its return. */
describe('what must not come back', () => {
  let platform: RunningPlatform;
  let blog: Blog;

  beforeAll(async () => {
    platform = await runPlatform();
    blog = blogAt(platform.url);
  });
  afterAll(() => platform?.stop());

  const categories = async () => (await blog.call<Category[]>('GET', '/blog/api/categories')).body;

  it('the first new categories answer 500', async () => {
    const author = await blog.register();
    for (const name of ['First', 'Second', 'Third', 'Fourth']) expect((await author.write({ title: name, category_name: name })).category.name).toBe(name);
  });

  it('all writes of all users share 30 a minute, masked as 401', async () => {
    const authors = await Promise.all([blog.register(), blog.register()]);
    const writes = authors.flatMap((author) =>
      Array.from({ length: 40 }, (_, n) => author.call('POST', '/blog/api/posts', { body: { title: `Note ${n}`, content: 'x', category_name: 'General' } })),
    );
    expect(new Set((await Promise.all(writes)).map(({ status }) => status))).toEqual(new Set([201]));
  });

  it('the rate limit is bypassed by a made-up X-Forwarded-For', async () => {
    const { name } = await blog.register();
    const tries: number[] = [];
    for (let n = 1; n <= 7; n++) {
      const forged = {
        'x-forwarded-for': `10.0.0.${n}`,
        'x-real-ip': `10.0.0.${n}`,
        forwarded: `for=10.0.0.${n}`,
        'x-client-address': `10.0.0.${n}`,
        'x-envoy-external-address': `10.0.0.${n}`,
      };
      const { status, headers } = await blog.call('POST', '/api/login', {
        body: { username: name.toUpperCase(), password: 'wrong password' },
        headers: forged,
      });
      tries.push(status);
      if (status === 429) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    // One of the five was the login that registering made.
    expect(tries).toEqual([401, 401, 401, 401, 429, 429, 429]);
  });

  it('slugs collide, with SQL text in the answer', async () => {
    const author = await blog.register();
    const names = ['C#', 'C++', 'C', '.NET', 'NET', '!!!', '???', '日本語', 'Ünïcode', 'unicode'];
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
    const author = await blog.register();
    await Promise.all(Array.from({ length: 60 }, (_, n) => author.write({ title: `Colour ${n}`, category_name: `Colour ${n}` })));
    const colors = (await categories()).map(({ color }) => color.toLowerCase());
    expect(colors.length).toBeGreaterThanOrEqual(60);
    expect(new Set(colors).size).toBe(colors.length);
  });

  it('deleting any post deletes every empty category, defaults too', async () => {
    const author = await blog.register();
    const defaults = (await categories()).filter(({ post_count }) => post_count === 0);
    const draft = await author.write({ title: 'Kept', category_name: 'Only a draft', status: 'draft' });
    const gone = await author.write({ title: 'Gone', category_name: 'Emptied' });
    expect((await author.call('DELETE', `/blog/api/posts/${gone.id}`)).status).toBe(204);
    const left = await eventually(categories, (all) => !all.some(({ name }) => name === 'Emptied'));
    expect(left.map(({ name }) => name)).toEqual(expect.arrayContaining(defaults.map(({ name }) => name)));
    expect((await author.call<Post>('GET', `/blog/api/posts/${draft.id}`)).body.category.name).toBe('Only a draft');
  });

  it('create and delete racing in one category answer 500', async () => {
    const author = await blog.register();
    const statuses: number[] = [];
    await Promise.all(
      Array.from({ length: 15 }, async () => {
        for (let n = 0; n < 10; n++) {
          const created = await author.call<Post>('POST', '/blog/api/posts', { body: { title: 'Racing', content: 'x', category_name: 'Race' } });
          statuses.push(created.status);
          if (created.status === 201) statuses.push((await author.call('DELETE', `/blog/api/posts/${created.body.id}`)).status);
        }
      }),
    );
    expect(statuses.filter((status) => status !== 201 && status !== 204)).toEqual([]);
    expect(statuses.length).toBe(300);
    await eventually(categories, (all) => !all.some(({ name }) => name === 'Race'));
  });

  it('the category list is stale for ten minutes', async () => {
    const author = await blog.register();
    await categories();
    await author.write({ title: 'Fresh', category_name: 'Fresh' });
    await eventually(categories, (all) => all.some(({ name, post_count }) => name === 'Fresh' && post_count === 1), 5);
  });

  it('the list cache is keyed by page number, so that offset=1 answers what offset=0 did', async () => {
    const page = async (offset: number) => (await blog.call<Post[]>('GET', `/blog/api/posts?limit=3&offset=${offset}`)).body.map(({ id }) => id);
    const [first, second] = [await page(0), await page(1)];
    expect(second.slice(0, 2)).toEqual(first.slice(1));
    expect(second).not.toEqual(first);
  });

  it('ids over int32 and NUL characters answer 500', async () => {
    const author = await blog.register();
    for (const id of ['2147483648', '9223372036854775808', '99999999999999999999999', '-1', '0', '1.5', 'abc', '%00', 'NaN', '1e3', '0x10'])
      for (const path of [`/blog/api/posts/${id}`, `/blog/api/categories/${id}`]) {
        const { status, body } = await blog.call<Problem>('GET', path);
        expect([path, status]).toEqual([path, expect.toSatisfy((code: number) => code === 404 || code === 422 || code === 400)]);
        expect(JSON.stringify(body)).not.toMatch(/postgres|sql|syntax|integer out of range|relation/i);
      }
    for (const field of ['title', 'content', 'category_name']) {
      const answer = await author.call('POST', '/blog/api/posts', { body: { title: 't', content: 'c', category_name: 'General', [field]: 'a\u0000b' } });
      expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([422, field]);
    }
    for (const query of ['limit=0', 'limit=101', 'limit=abc', 'offset=-1', 'offset=99999999999999999999', 'after=nonsense', 'category=%00'])
      expect([query, (await blog.call('GET', `/blog/api/posts?${query}`)).status]).toEqual([
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
      expect((await blog.call('POST', '/api/register', { body })).status).toBe(422);
  });

  it('names and e-mails are enumerable', async () => {
    const { name } = await blog.register();
    const wrong = await blog.call('POST', '/api/login', { body: { username: name, password: 'not the password' } });
    const unknown = await blog.call('POST', '/api/login', { body: { username: 'no-such-person', password: 'not the password' } });
    expect([unknown.status, unknown.body.detail, unknown.body.code]).toEqual([wrong.status, wrong.body.detail, wrong.body.code]);
    const seen = await blog.call<object>('GET', `/api/users/${name}`);
    expect(seen.status).toBe(200);
    expect(JSON.stringify(seen.body)).not.toContain('example.org');
    expect((await blog.call('GET', '/api/users')).status).not.toBe(200);
  });

  it('scripts stored in title and category run in the page', async () => {
    const author = await blog.register();
    const post = await author.write({
      title: '<img src=x onerror=alert(1)>',
      category_name: '<script>alert(2)</script>',
      content: '<svg onload=alert(3)> [x](javascript:alert(4))',
    });
    for (const path of [`/blog/posts/${post.slug}`, '/', `/blog/categories/${post.category.slug}`]) {
      const page = await blog.call<string>('GET', path);
      expect(page.status).toBe(200);
      expect(page.body).not.toMatch(/<script|<img src=x|<svg[^>]*onload|href="javascript:/i);
      expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
    }
  });

  it('/metrics and /docs are public by accident', async () => {
    for (const path of ['/metrics', '/docs', '/openapi.json', '/healthz', '/readyz', '/events', '/blog/api/posts/metrics', '/api/metrics']) {
      const { status } = await blog.call('GET', path);
      expect([path, status >= 400 && status < 500]).toEqual([path, true]);
    }
    expect((await blog.call('POST', '/events', { body: {} })).status).toBeGreaterThanOrEqual(400);
  });

  it('unknown JSON fields and mass assignment are accepted', async () => {
    const author = await blog.register();
    const answer = await author.call('POST', '/blog/api/posts', { body: { title: 't', content: 'c', category_name: 'General', author_id: 1, role: 'admin' } });
    expect(answer.status).toBe(422);
    expect(answer.body.errors?.map(({ field }) => field).sort()).toEqual(['author_id', 'role']);
    expect(
      (await blog.call('POST', '/api/register', { body: { username: 'mallory', email: 'm@example.org', password: 'a long password', role: 'admin' } })).status,
    ).toBe(422);
  });

  it('health is ok with the database down, and login then says "invalid password"', async () => {
    const { name, password } = await blog.register();
    const database = family(platform.pid)
      .filter(({ command }) => /bin\/postgres -D|^postgres:/.test(command))
      .map(({ pid }) => pid);
    expect(database.length).toBeGreaterThan(1);
    for (const pid of database) process.kill(pid, 'SIGSTOP');
    try {
      const login = await blog.call('POST', '/api/login', { body: { username: name, password } });
      expect([login.status, login.body.status, login.headers.get('content-type')]).toEqual([503, 503, 'application/problem+json']);
      expect(login.headers.get('retry-after')).toMatch(/^\d+$/);
      await eventually(
        () => platform.services(),
        (all) => all.find((service) => service.name === 'auth')?.state === 'unready',
        60,
      );
    } finally {
      for (const pid of database) process.kill(pid, 'SIGCONT');
    }
    await eventually(
      () => blog.call('POST', '/api/login', { body: { username: name, password } }),
      ({ status }) => status === 200,
      60,
    );
  }, 150_000);
});

describe('what must not come back, in the repository', () => {
  const root = join(import.meta.dirname, '../..');
  const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n');

  it('secrets are committed', () => {
    const secret = /-----BEGIN [A-Z ]*PRIVATE KEY-----|"d"\s*:\s*"[A-Za-z0-9_-]{40,}"|postgres:\/\/[^:\s]+:[^@\s$'`{…]{12,}@/;
    const found = tracked.filter((file) => existsSync(join(root, file)) && !/\.(png|ico)$/.test(file) && secret.test(readFileSync(join(root, file), 'utf8')));
    expect(found).toEqual([]);
  });

  it('unpinned dependencies break the pages while health stays green', () => {
    const loose = tracked
      .filter((file) => file.endsWith('package.json'))
      .flatMap((file) => {
        const manifest = JSON.parse(readFileSync(join(root, file), 'utf8')) as Record<string, Record<string, string> | undefined>;
        return ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
          Object.entries(manifest[kind] ?? {})
            .filter(([name, version]) => !(name.startsWith('@dormouse/') && version === '*') && !/^\d+\.\d+\.\d+/.test(version))
            .map(([name, version]) => `${file}: ${name} ${version}`),
        );
      });
    expect(loose).toEqual([]);
    expect(tracked).toContain('package-lock.json');
  });
});
