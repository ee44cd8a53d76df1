import { postDeleted, postPublished, postUnpublished, postUpdated } from '@dormouse/events/post';
import { webhookDue } from '@dormouse/events/webhook';
import { cameFromOutside } from '@dormouse/runtime/address';
import { check, type Env, id, json, newApp } from '@dormouse/runtime/app';
import { authenticate, required, type Tokens } from '@dormouse/runtime/auth';
import { fail, failField } from '@dormouse/runtime/errors';
import { decodeCursor, encodeCursor } from '@dormouse/runtime/keyset';
import { type Limiter, limit } from '@dormouse/runtime/limiter';
import type { Logger } from '@dormouse/runtime/log';
import type { Outbox } from '@dormouse/runtime/outbox';
import { on, onTogether, RejectEvent, receive } from '@dormouse/runtime/receive';
import type { Context, MiddlewareHandler } from 'hono';
import { announcementOf, withdrawalOf } from './announcement.ts';
import { api } from './api.ts';
import type { Deliveries } from './deliveries.ts';
import type { Subscription, Subscriptions } from './subscriptions.ts';
import { deliveryView, webhookView } from './views.ts';

export interface Dependencies {
  subscriptions: Subscriptions;
  deliveries: Deliveries;
  /** Makes an attempt at a delivery. */
  deliver: (delivery: string, run: number) => Promise<void>;
  /** Why nothing may be sent to an address; undefined when something may. */
  refuse: (url: string) => Promise<string | undefined>;
  outbox: Outbox;
  tokens: Tokens;
  limiter: Limiter;
  log: Pick<Logger, 'info'>;
  /** Where readers find the blog, if that is known. */
  site: string | undefined;
}

const writesPerMinute = 60;
const consumed = [postDeleted, postPublished, postUnpublished, postUpdated];
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function createApp(dependencies: Dependencies) {
  const { subscriptions, deliveries, deliver, refuse, outbox, tokens, limiter, log, site } = dependencies;
  const handlers = onTogether(consumed, async (events, tx) => {
    const wanted = await deliveries.wanted(tx);
    // Whoever handles others of the same posts beside this takes their locks in the same order.
    for (const event of events.toSorted((one, other) => one.data.id - other.data.id)) {
      const withdrawal = withdrawalOf(event);
      if (withdrawal) await deliveries.withdrawPost(withdrawal, tx);
      const announcement = wanted.has(event.type) && announcementOf(event, site);
      if (announcement) await deliveries.announce(announcement, tx, event.emit);
    }
  });
  const due = on(webhookDue, async ({ data: { delivery, run } }) => {
    if (!uuid.test(delivery)) throw new RejectEvent('the delivery is no UUID');
    await deliver(delivery, run);
  });
  const limited = limit(limiter, {
    key: (c) => `webhooks:${required(c).id}`,
    limit: writesPerMinute,
    windowMs: 60_000,
  });
  const found = async (c: Context<Env>): Promise<Subscription> => (await subscriptions.find(idOf(c))) ?? noWebhook();
  const enabled = async (c: Context<Env>): Promise<Subscription> => {
    const subscription = await found(c);
    return subscription.disabledAt === null ? subscription : fail('conflict', 'It is disabled: enable it first.');
  };
  const note = (c: Context<Env>, webhook: number, message: string) =>
    log.info({ webhook, user: required(c).id }, message);

  return newApp()
    .post('/events', receive({ outbox, handlers }))
    .post('/batches', receive({ handlers: [due] }))
    .post('/events/sweep', internalOnly, async (c) => c.json(await deliveries.sweep()))
    .use(api.list.path, authenticate(tokens, api), operator)
    .use(`${api.list.path}/*`, authenticate(tokens, api), operator)
    .post(api.create.path, limited, json(api.create.body), async (c) => {
      const { url, events } = c.req.valid('json');
      const message = await refuse(url);
      if (message !== undefined) failField('url', message);
      const made = await subscriptions.create(new URL(url).href, [...new Set(events)]);
      if (!made) return fail('conflict', 'There are as many webhooks as there may be: remove one first.');
      note(c, made.id, 'a webhook was made');
      return c.json(made, 201, { ...secretly, location: `${api.list.path}/${made.id}` });
    })
    .get(api.list.path, async (c) => c.json((await subscriptions.list()).map(webhookView), 200, own))
    .get(api.get.path, async (c) => c.json(webhookView(await found(c)), 200, own))
    .patch(api.change.path, limited, json(api.change.body), async (c) => {
      const changed = (await subscriptions.change(idOf(c), c.req.valid('json'))) ?? noWebhook();
      note(c, changed.id, 'a webhook was changed');
      return c.json(webhookView(changed), 200, own);
    })
    .delete(api.remove.path, async (c) => {
      if (!(await subscriptions.remove(idOf(c)))) noWebhook();
      note(c, idOf(c), 'a webhook was removed');
      return c.body(null, 204);
    })
    .post(api.rotate.path, limited, async (c) => {
      const rotated = (await subscriptions.rotate(idOf(c))) ?? noWebhook();
      if ('busyUntil' in rotated) return stillRotating(rotated.busyUntil);
      note(c, idOf(c), 'a webhook was given a new secret');
      const { secret, oldSecretUntil } = rotated;
      return c.json({ id: idOf(c), secret, old_secret_until: oldSecretUntil.toISOString() }, 200, secretly);
    })
    .post(api.test.path, limited, async (c) => {
      const test = { type: 'webhook.test', timestamp: new Date().toISOString(), data: {} };
      return c.json({ id: await deliveries.make((await enabled(c)).id, test) }, 202);
    })
    .get(api.deliveries.path, async (c) => {
      const { limit: most, after } = check(api.deliveries.query, Object.fromEntries(new URL(c.req.url).searchParams));
      const { id: webhook } = await found(c);
      const rows = await deliveries.list(webhook, { limit: most + 1, after: after && cursorOf(after) });
      const shown = rows.slice(0, most);
      const last = rows.length > most ? shown.at(-1) : undefined;
      const next = last && `${new URL(c.req.url).pathname}?limit=${most}&after=${encodeCursor([last.id])}`;
      return c.json(shown.map(deliveryView), 200, { ...own, ...(next && { link: `<${next}>; rel="next"` }) });
    })
    .post(api.resend.path, limited, async (c) => {
      const delivery = c.req.param('delivery');
      const { id: webhook } = await enabled(c);
      if (!uuid.test(delivery) || !(await deliveries.resend(webhook, delivery)))
        fail('not_found', 'There is no such delivery.');
      return c.json({ id: delivery }, 202);
    });
}

const own = { 'cache-control': 'private, no-cache' };
const secretly = { 'cache-control': 'no-store' };

const internalOnly: MiddlewareHandler<Env> = (c, next) =>
  cameFromOutside(c) ? fail('not_found', 'There is nothing at this address.') : next();

const operator: MiddlewareHandler<Env> = (c, next) => {
  const { role } = required(c);
  return role === 'operator' || role === 'admin'
    ? next()
    : fail('forbidden', 'Only operators and administrators see and change webhooks.');
};

const idOf = (c: Context): number => id(c.req.param('id') ?? '');

/** A third secret would end the first before its day is over, while receivers may still have no other. */
const stillRotating = (until: Date): never =>
  fail('conflict', `Its secret is being replaced: both are good until ${until.toISOString()}. Replace it again then.`, {
    headers: { 'retry-after': String(Math.max(1, Math.ceil((until.getTime() - Date.now()) / 1000))) },
  });

const noWebhook = (): never => fail('not_found', 'There is no such webhook.');

function cursorOf(after: string): string {
  const [last] = decodeCursor(after, ['string']);
  return uuid.test(last) ? last : failField('after', 'is not a cursor of this list');
}
