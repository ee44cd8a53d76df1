/**
 * What the platform is measured against: the same statements, drivers and JSON in one Hono process, with no middleware, no cache
 * and no platform in front. `node plain.ts HOME` uses the database of a running platform.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signAccessToken } from '@dormouse/auth/access-token';
import { readKeys } from '@dormouse/auth/keyring';
import { passwords } from '@dormouse/auth/passwords';
import { openCategories } from '@dormouse/categories/store';
import { cachedBody, summaryView } from '@dormouse/posts/post';
import { openPosts } from '@dormouse/posts/store';
import type { Outbox } from '@dormouse/runtime/outbox';
import { openSql } from '@dormouse/runtime/sql';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const secrets = join(process.argv[2]!, 'secrets');
const sqlOf = (name: string) =>
  openSql({ service: name, databaseUrl: readFileSync(join(secrets, `${name}-database/DATABASE_URL`), 'utf8').trim() });
const silent = (sql: ReturnType<typeof sqlOf>): Outbox => ({
  transaction: (work) => sql.begin((tx) => work(tx, () => {})) as never,
  drained: async () => {},
});

const postsSql = sqlOf('posts');
const posts = openPosts({ sql: postsSql, outbox: silent(postsSql) });
const categoriesSql = sqlOf('categories');
const categories = openCategories({ sql: categoriesSql, outbox: silent(categoriesSql) });
const users = sqlOf('auth');
const check = passwords();
const key = readKeys(join(secrets, 'auth-keys')).at(-1)!;

const app = new Hono()
  .get('/blog/api/posts', async (c) => {
    const { posts: page } = await posts.list({
      status: 'published',
      limit: Number(c.req.query('limit') ?? 20),
      offset: 0,
    });
    return c.json(page.map(summaryView));
  })
  .get('/blog/api/posts/:id', async (c) =>
    c.body(cachedBody((await posts.get(Number(c.req.param('id'))))!).body, 200, { 'content-type': 'application/json' }),
  )
  .get('/blog/api/categories', async (c) => c.json(await categories.all()))
  .post('/blog/api/posts', async (c) => {
    const {
      title,
      content,
      category_name: categoryName,
    } = await c.req.json<Record<'title' | 'content' | 'category_name', string>>();
    const made = await posts.create({
      authorId: 1,
      author: 'plain',
      title,
      content,
      categoryName,
      status: 'published',
    });
    return c.body(made.body, 201, { 'content-type': 'application/json' });
  })
  .post('/api/login', async (c) => {
    const { username, password } = await c.req.json<Record<'username' | 'password', string>>();
    const [user] = await users`SELECT * FROM users WHERE lower(username) = lower(${username})`;
    if (!(await check.verify(password, user?.password_hash as string)).ok) return c.json({}, 401);
    return c.json({
      status: 'success',
      token: await signAccessToken(key, { id: Number(user!.id), name: username, role: 'author' }, { issuer: 'plain' }),
    });
  });

serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => console.log(port));
process.on('SIGTERM', () => process.exit(0));
