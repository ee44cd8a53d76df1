import { categoryDeleted, categoryUpdated } from '@dormouse/events/category';
import { userDeleted } from '@dormouse/events/user';
import { cameFromOutside } from '@dormouse/runtime/address';
import { check, type Env, id, json, newApp, otherwise } from '@dormouse/runtime/app';
import { authenticate, required, type Tokens } from '@dormouse/runtime/auth';
import type { Cache } from '@dormouse/runtime/cache';
import type { Caller } from '@dormouse/runtime/caller';
import { fail } from '@dormouse/runtime/errors';
import { type Limiter, limit } from '@dormouse/runtime/limiter';
import type { Outbox } from '@dormouse/runtime/outbox';
import { on, onInParts, receive } from '@dormouse/runtime/receive';
import { mayChange } from '@dormouse/runtime/representation';
import type { Context, MiddlewareHandler } from 'hono';
import * as v from 'valibot';
import { api } from './api.ts';
import type { FindAuthor } from './authors.ts';
import { deletedPage, deletedView, filterOfDeleted, wholeDeletedView } from './deleted-page.ts';
import type { DeletedPosts } from './deleted-store.ts';
import { previewKey } from './fields.ts';
import { authorOf, bodyLimit, postBody, postOf, readIdempotencyKey } from './new-post.ts';
import {
  bodyOf,
  cacheKey,
  type ListBody,
  listBody,
  monthsBody,
  monthsKey,
  subjectOf,
  tagsBody,
  tagsKey,
} from './page.ts';
import { demandMayChange, demandMayFeature, demandMayRestore, demandWriter, isEditor, maySee } from './permission.ts';
import { type CachedBody, cachedBody, etagOf, type Post, postView } from './post.ts';
import { postMetrics } from './post-metrics.ts';
import { type ListRequest, readListQuery } from './query.ts';
import { cachingOf, headersOf, respond } from './respond.ts';
import { Schedule, type ScheduleOptions } from './schedule.ts';
import { canonical } from './slug.ts';
import type { Posts } from './store.ts';

export interface Dependencies {
  posts: Posts;
  deleted: DeletedPosts;
  tokens: Tokens;
  limiter: Limiter;
  outbox: Outbox;
  findAuthor: FindAuthor;
  /** Final answers for readers who are not logged in; 60 s in Redis. */
  lists: Cache<ListBody>;
  /** The same for single posts, by id and by slug; 60 s in Redis, should a kill come between a commit and its purge. */
  bodies: Cache<CachedBody | Moved>;
  /** Does something in so many milliseconds. */
  later?: ScheduleOptions['later'] | undefined;
}

/** A former slug redirects to the present one. */
export interface Moved {
  moved: string;
}

const { path } = api.list;
const writesPerMinute = 600;

export function createApp(dependencies: Dependencies) {
  const { posts, deleted, tokens, limiter, outbox, findAuthor, lists, bodies, later } = dependencies;
  const forget = () => Promise.all([lists.purge('list:'), bodies.purge('post:', 'slug:')]);
  const changed = (postId: number) => Promise.all([lists.purge('list:'), bodies.purge(`post:${postId}`, 'slug:')]);
  const writer = writing(limiter);
  const count = postMetrics(posts);
  const schedule = new Schedule({
    posts,
    deleted,
    later,
    told: forget,
    published: async (post) => {
      count.changed('draft', 'published');
      await changed(post.id);
    },
  });

  return newApp()
    .post(
      '/events',
      receive({
        outbox,
        handlers: [
          on(categoryUpdated, async () => void (await forget())),
          on(categoryDeleted, async () => {
            await forget();
            // Its posts were moved, of which only posts can tell.
            schedule.plan(new Date());
          }),
          onInParts(
            userDeleted,
            async ({ data }) => {
              await deleted.forgetOf(data.id);
              await posts.disown(data);
            },
            // Tells of its posts, and forgets what caches have of them.
            async () => schedule.plan(new Date()),
          ),
        ],
      }),
    )
    .post('/batches/due', async (c) => {
      if (cameFromOutside(c)) fail('not_found', 'There is nothing at this address.');
      return c.json({ published: await schedule.run() });
    })
    .use('/blog/*', authenticate(tokens, api))
    .get(path, async (c) => {
      const request = visibleTo(c, readListQuery(c.req.url));
      const load = async () => listBody(path, request.query, await posts.list(request.filter));
      return respond(c, c.var.caller ? await load() : await lists.get(cacheKey(request.filter), load));
    })
    .post(api.create.path, writer, postBody, async (c) => {
      const input = c.req.valid('json');
      demandMayFeature(required(c), input.featured, false);
      const post = postOf(input, await authorOf(input, required(c), findAuthor));
      const created = await posts.create(post, readIdempotencyKey(c, input));
      if (created.outcome === 'new') {
        count.created(created.status ?? post.status);
        schedule.plan(created.due);
        await changed(created.id);
      }
      if (created.outcome === 'replayed') c.header('idempotent-replayed', 'true');
      return c.body(created.body, created.outcome === 'known' ? 200 : 201, {
        ...headersOf(created, true),
        location: `${path}/${created.id}`,
      });
    })
    .get(api.bySlug.path, async (c) => {
      const slug = c.req.param('slug');
      const wanted = canonical(slug) ?? fail('not_found', 'There is no such post.');
      const find = async () => slugBody(visible(c, await posts.bySlug(wanted)), slug);
      const found = c.var.caller ? await find() : await bodies.get(`slug:${slug}`, find);
      return 'moved' in found
        ? c.body(null, 301, {
            ...cachingOf(c.var.caller !== undefined),
            location: `${path}/by-slug/${encodeURIComponent(found.moved)}`,
          })
        : respond(c, found);
    })
    .get(api.tags.path, async (c) => {
      // The same for everybody, whoever asks.
      const listed = await lists.get(tagsKey, async () => tagsBody(await posts.tags()));
      return respond(c, listed);
    })
    .get(api.months.path, async (c) => {
      const { time_zone: timeZone } = check(api.months.query, c.req.query());
      return respond(c, await lists.get(monthsKey(timeZone), async () => monthsBody(await posts.months(timeZone))));
    })
    .post(api.keepAddresses.path, importer, json(api.keepAddresses.body), async (c) => {
      const { addresses } = c.req.valid('json');
      const leads = await posts.keepAddresses(addresses.map(({ path, post_id: postId }) => ({ path, postId })));
      const refused = addresses
        .filter(({ path, post_id }) => leads.get(path) !== post_id)
        .map((address) => ({ ...address, leads_to: leads.get(address.path) ?? null }));
      return c.json({ kept: addresses.length - refused.length, refused }, 200, cachingOf(true));
    })
    .get(api.addresses.path, async (c) => {
      if (!isEditor(required(c))) fail('forbidden', 'Addresses of all posts are for editors.');
      const { after = '' } = check(api.addresses.query, Object.fromEntries(new URL(c.req.url).searchParams));
      return c.json(await posts.addresses(after), 200, cachingOf(true));
    })
    .get(api.counts.path, async (c) => {
      const { author, ...subject } = check(api.counts.query, Object.fromEntries(new URL(c.req.url).searchParams));
      const filter = { ...subjectOf(subject), author: authorFor(required(c), author) };
      return c.json(await posts.counts(filter), 200, cachingOf(true));
    })
    .get(api.own.path, async (c) => {
      const caller = required(c);
      const { after } = check(api.own.query, c.req.query());
      const found = await posts.ofAuthor(caller, after);
      const last = found.at(-1);
      if (last) c.header('link', `<${api.own.path}?after=${last.id}>; rel="next"`);
      return c.json(found.map(postView), 200, { 'cache-control': 'no-store' });
    })
    .get(api.ownDeleted.path, async (c) => {
      const { after } = check(api.ownDeleted.query, c.req.query());
      const found = await deleted.ofAuthor(required(c).id, after);
      const last = found.at(-1);
      if (last) c.header('link', `<${api.ownDeleted.path}?after=${last.id}>; rel="next"`);
      return c.json(found.map(wholeDeletedView), 200, { 'cache-control': 'no-store' });
    })
    .get(api.deleted.path, async (c) => {
      const caller = demandWriter(required(c));
      const query = check(api.deleted.query, Object.fromEntries(new URL(c.req.url).searchParams));
      const found = await deleted.list(filterOfDeleted(query, caller));
      const { posts: shown, link } = deletedPage(query, found);
      return c.json(shown.map(deletedView), 200, { ...cachingOf(true), ...(link && { link }) });
    })
    .delete(api.forget.path, writer, async (c) => {
      await deleted.forget(id(c.req.param('id')), (post) => demandMayRestore(required(c), post));
      return c.body(null, 204);
    })
    .get(api.previewed.path, async (c) => {
      const { success, output } = v.safeParse(previewKey, c.req.param('key'));
      const post = success ? await posts.byPreview(output) : undefined;
      const { body, etag } = cachedBody(post ?? fail('not_found', 'There is no such preview.'));
      return c.body(body, 200, { 'content-type': 'application/json', etag, 'cache-control': 'private, no-store' });
    })
    .all(api.deleted.path, otherwise('GET', 'HEAD'))
    .all(api.tags.path, otherwise('GET', 'HEAD'))
    .all(api.months.path, otherwise('GET', 'HEAD'))
    .all(api.addresses.path, otherwise('GET', 'HEAD', 'POST'))
    .all(api.own.path, otherwise('GET', 'HEAD'))
    .all(api.counts.path, otherwise('GET', 'HEAD'))
    .get(api.get.path, async (c) => {
      const postId = id(c.req.param('id'));
      const load = async () => cachedBody(visible(c, await posts.get(postId)));
      return respond(c, (c.var.caller ? await load() : await bodies.get(`post:${postId}`, load)) as CachedBody);
    })
    .patch(api.change.path, writer, json(api.change.body, bodyLimit), async (c) => {
      const caller = required(c);
      const postId = id(c.req.param('id'));
      const { category_name, published_at, cover_alt, ...changes } = c.req.valid('json');
      const all = { ...changes, categoryName: category_name, publishedAt: published_at, coverAlt: cover_alt };
      const isAutosave = check(api.change.query, c.req.query()).autosave !== undefined;
      const { before, after } = await posts.change(
        postId,
        caller.name,
        all,
        (post) => {
          allowing(c)(post);
          demandMayFeature(caller, changes.featured, post.featured);
        },
        isAutosave,
      );
      if (after.status === 'draft') schedule.plan(after.publishedAt);
      count.changed(before.status, after.status);
      // Drafts are in no list that is kept.
      const wasOrIsSeen = [before, after].some(({ status }) => status === 'published');
      if (before !== after && wasOrIsSeen) await changed(postId);
      const cached = cachedBody(after);
      return c.body(cached.body, 200, headersOf(cached, true));
    })
    .delete(api.remove.path, writer, async (c) => {
      const postId = id(c.req.param('id'));
      await posts.remove(postId, required(c).name, allowing(c));
      await changed(postId);
      return c.body(null, 204);
    })
    .post(api.restore.path, writer, async (c) => {
      const caller = required(c);
      const restored = await posts.restore(id(c.req.param('id')), caller.name, (post) =>
        demandMayRestore(caller, post),
      );
      if (restored.status === 'draft') schedule.plan(restored.publishedAt);
      await changed(restored.id);
      const cached = cachedBody(restored);
      return c.body(cached.body, 200, headersOf(cached, true));
    })
    .get(api.neighbours.path, async (c) => {
      const postId = id(c.req.param('id'));
      const load = async () => bodyOf((await posts.neighbours(postId)) ?? fail('not_found', 'There is no such post.'));
      return respond(c, await lists.get(`list:neighbours ${postId}`, load));
    })
    .get(api.preview.path, async (c) => {
      const { id: postId } = await editable(c, posts);
      return c.json({ key: await posts.preview(postId) }, 200, { 'cache-control': 'private, no-store' });
    })
    .put(api.makePreview.path, writer, async (c) => {
      const { id: postId } = await editable(c, posts);
      return c.json({ key: await posts.makePreview(postId) }, 200, { 'cache-control': 'private, no-store' });
    })
    .delete(api.endPreview.path, writer, async (c) => {
      const { id: postId } = await editable(c, posts);
      await posts.endPreview(postId);
      return c.body(null, 204);
    })
    .get(api.revisions.path, async (c) => {
      const { id: postId } = await editable(c, posts);
      return c.json(await posts.revisions(postId), 200, cachingOf(true));
    })
    .get(api.revision.path, async (c) => {
      const { id: postId } = await editable(c, posts);
      const revision = await posts.revision(postId, id(c.req.param('version'), 2 ** 31 - 1));
      return c.json(revision ?? fail('not_found', 'There is no such revision.'), 200, cachingOf(true));
    });
}

/** Callers that may write posts, 600 times a minute; an import without limit. */
function writing(limiter: Limiter): MiddlewareHandler<Env> {
  const limited = limit(limiter, { key: (c) => `write:${required(c).id}`, limit: writesPerMinute, windowMs: 60_000 });
  return (c, next) => (demandWriter(required(c)).scopes.includes('import') ? next() : limited(c, next));
}

const importer: MiddlewareHandler<Env> = (c, next) =>
  required(c).scopes.includes('import') ? next() : fail('forbidden', 'Keeping addresses needs the scope import.');

/** Drafts of a list are their author's; editors see everybody's. */
function visibleTo(c: Context<Env>, request: ListRequest): ListRequest {
  if (request.query.status === 'published') return request;
  return { query: request.query, filter: { ...request.filter, author: authorFor(required(c), request.filter.author) } };
}

/** Whose drafts are meant: one's own, for editors anybody's or everybody's. */
function authorFor(caller: Caller, author: string | undefined): string | undefined {
  if (isEditor(caller)) return author;
  const isOwn = author === undefined || author.toLowerCase() === caller.name.toLowerCase();
  return isOwn ? (author ?? caller.name) : fail('forbidden', 'Drafts of others cannot be listed.');
}

const visible = (c: Context<Env>, post: Post | undefined): Post =>
  post && maySee(c.var.caller, post) ? post : fail('not_found', 'There is no such post.');

const slugBody = (post: Post, request: string): CachedBody | Moved =>
  post.slug === request ? cachedBody(post) : { moved: post.slug };

const allowing = (c: Context<Env>) => (post: Post) => {
  demandMayChange(required(c), post);
  const etag = etagOf(post);
  if (!mayChange(c, etag))
    fail('precondition_failed', 'The post was changed since you read it.', { headers: { etag } });
};

async function editable(c: Context<Env>, posts: Posts): Promise<Post> {
  const caller = required(c);
  const post = visible(c, await posts.get(id(c.req.param('id') ?? '')));
  demandMayChange(caller, post);
  return post;
}
