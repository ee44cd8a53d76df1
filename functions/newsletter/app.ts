import { createHash, randomBytes } from 'node:crypto';
import { postDeleted, postPublished, postUnpublished } from '@dormouse/events/post';
import { userDeleted } from '@dormouse/events/user';
import { cameFromOutside } from '@dormouse/runtime/address';
import type { ResponseOf } from '@dormouse/runtime/api';
import { check, type Env, id, json, newApp } from '@dormouse/runtime/app';
import { authenticate, required, type Tokens } from '@dormouse/runtime/auth';
import type { Role } from '@dormouse/runtime/caller';
import { fail } from '@dormouse/runtime/errors';
import { decodeCursor, encodeCursor } from '@dormouse/runtime/keyset';
import { type Limiter, tooManyRequests } from '@dormouse/runtime/limiter';
import type { Logger } from '@dormouse/runtime/log';
import { networkOf } from '@dormouse/runtime/network';
import type { Outbox } from '@dormouse/runtime/outbox';
import { on, onTogether, receive } from '@dormouse/runtime/receive';
import type { Context, MiddlewareHandler } from 'hono';
import { api } from './api.ts';
import { csvLine } from './csv.ts';
import type { Issue, Issues } from './issues.ts';
import type { Subscriber, Subscribers } from './subscribers.ts';

export interface Dependencies {
  subscribers: Subscribers;
  issues: Issues;
  outbox: Outbox;
  tokens: Tokens;
  limiter: Limiter;
  log: Pick<Logger, 'info' | 'warn'>;
  /** The client's address. */
  address: (c: Context) => string;
}

const own = { 'cache-control': 'private, no-store' };
const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
/** Subscriptions that one network asks for in a minute, whomever they are for. */
const asksPerMinute = 5;
/** The same within an hour: a patient one would have strangers sent thousands of questions a day. */
const asksPerHour = 30;
/** Links that one network follows in a minute. */
const linksPerMinute = 60;
/** Questions that one address is sent in a day, whoever asks for them. */
const questionsPerDay = 3;
/** Of an export. */
const rowsAtOnce = 1000;

export function createApp({ subscribers, issues, outbox, tokens, limiter, log, address }: Dependencies) {
  const handlers = [
    ...onTogether([postPublished, postUnpublished, postDeleted], async (events, tx) => {
      let published: number[] = [];
      // Whoever handles others of the same posts beside this takes their locks in the same order.
      for (const { type, data } of events.toSorted((one, other) => one.data.id - other.data.id)) {
        if (type === postPublished.type) {
          published.push(data.id);
          continue;
        }
        const isDeleted = type === postDeleted.type;
        if (published.length > 0) await issues.published(published, tx);
        published = [];
        await issues.hidden(data.id, { isDeleted, wasVisible: !isDeleted || data.status === 'published' }, tx);
      }
      if (published.length > 0) await issues.published(published, tx);
    }),
    on(userDeleted, ({ data }, tx) => subscribers.removeOf(data, tx)),
  ];
  const spend = async (c: Context<Env>, what: string, limit: number, windowMs = minuteMs) => {
    const taken = await limiter.take(`${what}:${networkOf(address(c))}`, limit, windowMs);
    if (!taken.allowed)
      fail('too_many_requests', 'Too many attempts. Try again later.', {
        headers: tooManyRequests(taken, limit, windowMs),
      });
  };
  const settings = async () => {
    const { mailsPosts, confirmed, pending, paused } = await subscribers.settings();
    return { mails_posts: mailsPosts, confirmed, pending, paused } satisfies ResponseOf<typeof api.settings>;
  };
  /** The post of an address, which is its caller's to decide about. */
  const decidable = async (c: Context<Env>): Promise<number> => {
    const caller = demand(c, 'author', 'editor', 'admin');
    const postId = id(c.req.param('id') ?? '');
    const author = await issues.authorOf(postId);
    if (author === undefined) return fail('not_found', 'There is no such post.');
    if (caller.role === 'author' && caller.id !== author) fail('not_found', 'There is no such post.');
    return postId;
  };

  return newApp()
    .post('/events', receive({ outbox, handlers }))
    .post('/batches/due', internalOnly, async (c) => {
      if (!(await issues.run())) await subscribers.forget();
      return c.body(null, 204);
    })
    .post(api.subscribe.path, json(api.subscribe.body), async (c) => {
      const { email, website = '' } = c.req.valid('json');
      await spend(c, 'newsletter-address', asksPerMinute);
      await spend(c, 'newsletter-address-hour', asksPerHour, hourMs);
      if (!(await subscribers.isOpen())) fail('forbidden', 'This blog sends no newsletter.');
      const { allowed } = await limiter.take(`newsletter-mail:${hashOf(email.toLowerCase())}`, questionsPerDay, dayMs);
      if (!allowed) log.warn({}, 'an address was not asked: it was asked often enough');
      else if (website.trim() === '') await subscribers.request(email, newSecret());
      return c.body(null, 202);
    })
    .post(api.confirm.path, json(api.confirm.body), async (c) => {
      await spend(c, 'newsletter-link', linksPerMinute);
      if (!(await subscribers.confirm(hashOf(c.req.valid('json').token))))
        fail('not_found', 'This link is not valid any more. Subscribe again.');
      return c.body(null, 204);
    })
    .post(api.unsubscribe.path, json(api.unsubscribe.body), async (c) => {
      await spend(c, 'newsletter-link', linksPerMinute);
      await subscribers.unsubscribe(c.req.valid('json').token);
      return c.body(null, 204);
    })
    .use(api.mine.path, authenticate(tokens, api))
    .get(api.mine.path, async (c) =>
      c.json((await subscribers.ofAccount(required(c).id)).map(subscriberView), 200, own),
    )
    .use(api.settings.path, authenticate(tokens, api))
    .get(api.settings.path, async (c) => {
      demand(c, 'editor', 'admin');
      return c.json(await settings(), 200, own);
    })
    .patch(api.changeSettings.path, json(api.changeSettings.body), async (c) => {
      const caller = demand(c, 'editor', 'admin');
      const { mails_posts } = c.req.valid('json');
      await subscribers.changeSettings(mails_posts);
      log.info({ user: caller.id, mails_posts }, 'whether posts are sent was changed');
      return c.json(await settings(), 200, own);
    })
    .use(api.exported.path, authenticate(tokens, api))
    .get(api.exported.path, (c) => {
      log.info({ user: demand(c, 'admin').id }, 'subscribers were exported');
      return c.body(csvOf(subscribers), 200, {
        ...own,
        'content-type': 'text/csv; charset=utf-8; header=present',
        'content-disposition': 'attachment; filename="subscribers.csv"',
      });
    })
    .use(api.subscribers.path, authenticate(tokens, api))
    .use(`${api.subscribers.path}/*`, authenticate(tokens, api))
    .get(api.subscribers.path, async (c) => {
      demand(c, 'admin');
      const { state, limit, after } = check(api.subscribers.query, Object.fromEntries(new URL(c.req.url).searchParams));
      const [last] = after === undefined ? [0] : decodeCursor(after, ['number']);
      const page = await subscribers.list({ state, limit, after: last });
      const end = page.length === limit ? page.at(-1) : undefined;
      const same = state === undefined ? '' : `state=${state}&`;
      return c.json(page.map(subscriberView), 200, {
        ...own,
        ...(end && {
          link: `<${api.subscribers.path}?${same}limit=${limit}&after=${encodeCursor([end.id])}>; rel="next"`,
        }),
      });
    })
    .delete(api.remove.path, async (c) => {
      const caller = demand(c, 'admin');
      if (!(await subscribers.remove(id(c.req.param('id'))))) fail('not_found', 'There is no such subscriber.');
      log.info({ user: caller.id }, 'a subscriber was removed');
      return c.body(null, 204);
    })
    .use(api.posts.path, authenticate(tokens, api))
    .use(`${api.posts.path}/*`, authenticate(tokens, api))
    .get(api.posts.path, async (c) => {
      demand(c, 'editor', 'admin');
      const { limit } = check(api.posts.query, Object.fromEntries(new URL(c.req.url).searchParams));
      return c.json((await issues.list(limit)).map(issueView), 200, own);
    })
    .get(api.post.path, async (c) => {
      const found = await issues.find(await decidable(c));
      return c.json(found ? issueView(found) : null, 200, own);
    })
    .put(api.changePost.path, json(api.changePost.body), async (c) => {
      const postId = await decidable(c);
      if (!(await issues.choose(postId, c.req.valid('json').mailed)))
        fail('conflict', 'It is too late: this post was sent, or has had its time.');
      return c.body(null, 204);
    });
}

const internalOnly: MiddlewareHandler<Env> = (c, next) =>
  cameFromOutside(c) ? fail('not_found', 'There is nothing at this address.') : next();

function demand(c: Context<Env>, ...roles: readonly Role[]) {
  const caller = required(c);
  return roles.includes(caller.role) ? caller : fail('forbidden', 'Your role does not allow this.');
}

const newSecret = (): string => randomBytes(24).toString('base64url');
/** As the function mail hashes secrets of links. */
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** Page by page while it is read, so that it is never in memory at once. */
function csvOf(subscribers: Subscribers): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let after: number | undefined;
  return new ReadableStream({
    async pull(controller) {
      const page = after === -1 ? [] : await subscribers.list({ limit: rowsAtOnce, after: after ?? 0 });
      const head = after === undefined ? csvLine(['email', 'state', 'confirmed_at', 'bounces', 'bounce']) : '';
      const rows = page.map(({ email, state, confirmedAt, bounces, bounce }) =>
        csvLine([email, state, confirmedAt?.toISOString() ?? null, bounces, bounce]),
      );
      if (head !== '' || rows.length > 0) controller.enqueue(encoder.encode(head + rows.join('')));
      after = page.length === rowsAtOnce ? (page.at(-1)?.id ?? -1) : -1;
      if (after === -1) controller.close();
    },
  });
}

const subscriberView = ({ id: subscriber, email, state, bounces, bounce, requestedAt, confirmedAt }: Subscriber) => ({
  id: subscriber,
  email,
  state,
  bounces,
  bounce,
  requested_at: requestedAt.toISOString(),
  confirmed_at: confirmedAt?.toISOString() ?? null,
});

const issueView = ({ postId, title, state, sendAt, startedAt, waiting, sent, refused, failed }: Issue) => ({
  post_id: postId,
  title,
  state,
  send_at: sendAt?.toISOString() ?? null,
  started_at: startedAt?.toISOString() ?? null,
  waiting,
  sent,
  refused,
  failed,
});
