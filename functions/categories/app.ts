import { hash } from 'node:crypto';
import { postCreated, postDeleted, postPublished, postUnpublished, postUpdated } from '@dormouse/events/post';
import { nothingLeft, type ResponseOf } from '@dormouse/runtime/api';
import { type Env, id, json, newApp } from '@dormouse/runtime/app';
import { authenticate, required, type Tokens } from '@dormouse/runtime/auth';
import type { Cache } from '@dormouse/runtime/cache';
import { fail } from '@dormouse/runtime/errors';
import { type Limiter, limit } from '@dormouse/runtime/limiter';
import type { Outbox } from '@dormouse/runtime/outbox';
import { onTogether, receive } from '@dormouse/runtime/receive';
import { represent } from '@dormouse/runtime/representation';
import { keyOf, surrogateFields } from '@dormouse/runtime/surrogate-keys';
import type { Context, MiddlewareHandler } from 'hono';
import { api } from './api.ts';
import type { Categories, Category, Difference } from './store.ts';
import { settledSeconds } from './verification-metrics.ts';

/** Final bytes, made once and kept. */
export interface CachedBody {
  etag: string;
  body: string;
}

export interface Dependencies {
  categories: Categories;
  tokens: Tokens;
  limiter: Limiter;
  outbox: Outbox;
  /** Answers by what they show; at most 2 s old in any instance. */
  cache: Cache<CachedBody>;
}

const { path } = api.list;
const consumed = [postCreated, postUpdated, postPublished, postUnpublished, postDeleted];

export function createApp({ categories, tokens, limiter, outbox, cache }: Dependencies) {
  const forget = () => cache.purge('all', 'slug:');
  const editor = editing(limiter);
  const operator = operating(limiter);
  const handlers = onTogether(consumed, (events, tx) =>
    categories.countAll(
      events.map(({ type, data, emit }) => ({
        id: data.id,
        version: data.version,
        categoryId: data.category.id,
        published: data.status === 'published' && data.kind !== 'page',
        deleted: type === postDeleted.type,
        emit,
      })),
      tx,
    ),
  );
  const take = receive({ outbox, handlers });

  return newApp()
    .post('/events', async (c, next) => {
      // After the commits, or a reader could bring the old counts back.
      return await Promise.resolve(take(c, next)).finally(forget);
    })
    .get(path, async (c) =>
      respond(c, await cache.get('all', async () => cachedBody((await categories.all()).map(view)))),
    )
    .get(api.get.path, async (c) => {
      const slug = c.req.param('category');
      // PostgreSQL has no text with NUL.
      const found = /[\u0000-\u001f\p{Surrogate}]/u.test(slug)
        ? undefined
        : await categories.bySlug(slug.normalize('NFKC').toLowerCase());
      if (!found) return fail('not_found', 'There is no such category.');
      if (found.slug !== slug)
        return c.body(null, 301, { ...revalidated, location: `${path}/${encodeURIComponent(found.slug)}` });
      return respond(c, cachedBody(view(found)));
    })
    .use(`${path}/*`, authenticate(tokens, api))
    .post(api.verify.path, operator, json(api.verify.body), async (c) => {
      const { repair } = c.req.valid('json');
      if (repair) await categories.repair(repairedAtOnce).finally(forget);
      return c.json(verification(await categories.differences(repair ? 0 : settledSeconds)));
    })
    .patch(api.rename.path, editor, json(api.rename.body), async (c) => {
      const renamed = await categories.rename(id(c.req.param('category')), c.req.valid('json').name);
      await forget();
      return c.json(view(renamed));
    })
    .post(api.merge.path, editor, json(api.merge.body), async (c) => {
      const merged = await categories.merge(id(c.req.param('category')), c.req.valid('json').into);
      await forget();
      return c.json(view(merged));
    });
}

/** What one statement can do in its four seconds, many times over. */
const repairedAtOnce = 2000;
const shownExamples = 20;

function operating(limiter: Limiter): MiddlewareHandler<Env> {
  const limited = limit(limiter, { key: (c) => `verify:${required(c).id}`, limit: 60, windowMs: 60_000 });
  return (c, next) => {
    const { role } = required(c);
    if (role !== 'operator' && role !== 'admin') fail('forbidden', 'Only operators verify counts.');
    return limited(c, next);
  };
}

function editing(limiter: Limiter): MiddlewareHandler<Env> {
  const limited = limit(limiter, { key: (c) => `write:${required(c).id}`, limit: 600, windowMs: 60_000 });
  return (c, next) => {
    const { role } = required(c);
    if (role !== 'editor' && role !== 'admin') fail('forbidden', 'Only editors change categories.');
    return limited(c, next);
  };
}

function view(category: Category): ResponseOf<typeof api.get, 200> {
  const { version, postCount, ...others } = category;
  const { id, name, slug, color, ...unanswered } = others;
  nothingLeft(unanswered);
  return { id, name, slug, color, post_count: postCount };
}

function verification(differences: readonly Difference[]): ResponseOf<typeof api.verify, 200> {
  const count = (problem: Difference['problem']) => differences.filter((each) => each.problem === problem).length;
  return {
    missed: count('missed'),
    gone: count('gone'),
    ahead: count('ahead'),
    sums: count('sum'),
    examples: differences.slice(0, shownExamples),
  };
}

function cachedBody(value: unknown): CachedBody {
  const body = JSON.stringify(value);
  return { etag: `"${hash('sha256', body, 'base64url').slice(0, 27)}"`, body };
}

/** A 301 without it could be kept for ever, and a name can come back. */
const revalidated = { 'cache-control': 'no-cache' };

const respond = (c: Context<Env>, body: CachedBody): Response | Promise<Response> =>
  represent(c, body, () => ({ ...revalidated, ...surrogateFields([keyOf.posts]) }));
