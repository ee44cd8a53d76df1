import { readExamples } from '@dormouse/events/examples';
import { postDeleted } from '@dormouse/events/post';
import type { Role } from '@dormouse/runtime/caller';
import { demandDescribed } from '@dormouse/runtime/described.fixture';
import { fail } from '@dormouse/runtime/errors';
import type { Outbox } from '@dormouse/runtime/outbox';
import { RetryEvent } from '@dormouse/runtime/receive';
import { expect, test } from 'vitest';
import { offered } from './announcement.ts';
import { api } from './api.ts';
import { createApp } from './app.ts';
import type { Deliveries, Delivery } from './deliveries.ts';
import type { Subscription, Subscriptions } from './subscriptions.ts';

const createdAt = new Date('2026-11-30T12:00:00Z');
const type = 'dev.dormouse.post.published.v1';
const deliveryId = (n: number) => `01a22c39-f4bd-7a52-8a11-5c4f6b1d9e0${n}`;
const aDelivery = (n: number): Delivery => ({
  id: deliveryId(n),
  type,
  body: '{}',
  state: 'failed',
  createdAt,
  attempts: [{ at: createdAt, durationMs: 3, status: null, error: 'ECONNREFUSED', answer: null }],
});

const operator = { id: 1, name: 'olga', role: 'operator' as const, jti: 'one', exp: 9e9, token: 'one' };
/** Personal access tokens of an operator. */
const limited = { reads: ['webhooks:read'], writes: ['webhooks:write'], writer: ['posts:write'] };

/** Webhooks in a list, as far as app.ts can tell the difference. */
function appOver(
  deliver: (delivery: string, run: number) => Promise<void> = async () => {},
  wanted: readonly string[] = offered,
) {
  const kept: Subscription[] = [];
  const calls: unknown[][] = [];
  const withdrawn: number[] = [];
  const at = (id: number) => kept.findIndex((each) => each.id === id);
  const subscriptions: Subscriptions = {
    list: async () => kept,
    find: async (id) => kept[at(id)],
    async create(url, events) {
      if (kept.length === 2) return undefined;
      const id = kept.length + 1;
      kept.push({
        id,
        url,
        events,
        createdAt,
        failingSince: null,
        disabledAt: null,
        disabledReason: null,
        oldSecretUntil: null,
      });
      return { id, secret: 'whsec_one' };
    },
    async change(id, { events, enabled }) {
      const found = kept[at(id)];
      if (!found) return undefined;
      const disabled =
        enabled === undefined
          ? {}
          : { disabledAt: enabled ? null : createdAt, disabledReason: enabled ? null : ('operator' as const) };
      return (kept[at(id)] = { ...found, ...(events && { events }), ...disabled });
    },
    remove: async (id) => at(id) !== -1 && kept.splice(at(id), 1).length > 0,
    async rotate(id) {
      const found = kept[at(id)];
      if (!found) return undefined;
      if (found.oldSecretUntil) return { busyUntil: found.oldSecretUntil };
      kept[at(id)] = { ...found, oldSecretUntil: createdAt };
      return { secret: 'whsec_two', oldSecretUntil: createdAt };
    },
  };
  const deliveries: Deliveries = {
    wanted: async () => new Set(wanted),
    announce: async (announcement) => void calls.push(['announce', announcement]),
    withdrawPost: async ({ postId }) => void withdrawn.push(postId),
    async make(id, announcement) {
      calls.push(['make', id, announcement.type]);
      return deliveryId(1);
    },
    due: async () => undefined,
    note: async () => 'done',
    withdraw: async () => {},
    list: async (_, { limit, after }) =>
      [3, 2, 1]
        .map(aDelivery)
        .filter(({ id }) => !after || id < after)
        .slice(0, limit),
    async resend(id, delivery) {
      calls.push(['resend', id, delivery]);
      return delivery === deliveryId(1);
    },
    sweep: async () => ({ resent: 1, removed: 2 }),
  };
  const app = createApp({
    subscriptions,
    deliveries,
    deliver: async (delivery, run) => {
      calls.push(['deliver', delivery, run]);
      await deliver(delivery, run);
    },
    refuse: async (url) => (url.includes('inside') ? 'must lead to a public address' : undefined),
    tokens: {
      verify: async (token) =>
        token === 'nobody'
          ? fail('unauthorized', 'The token is not valid.')
          : token in limited
            ? { ...operator, scopes: limited[token as keyof typeof limited], limited: true }
            : { id: 1, name: 'olga', role: token as Role, scopes: [], jti: 'one', exp: 9e9, token },
    },
    limiter: { take: async () => ({ allowed: true, remaining: 1, resetMs: 0 }) },
    log: { info: (fields, message) => void calls.push(['log', fields, message]) },
    site: undefined,
    // Every event is new.
    outbox: { transaction: (work) => work((async () => [{}]) as never, () => {}), drained: async () => {} } as Outbox,
  });
  const send = async (
    method: string,
    path = '',
    { token = 'operator', body }: { token?: string; body?: object } = {},
  ) => {
    const response = await app.request(`/api/webhooks${path}`, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (response.status < 400) await demandDescribed(api, method, path.replace(/\?.*/, ''), response.clone());
    return response;
  };
  const event = (path: string, value: object) =>
    app.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify(value),
    });
  return { app, calls, kept, withdrawn, send, event };
}

const url = 'https://receiver.example/hook';
const body = { url, events: [type] };

test('an operator makes a webhook, and reads its secret once', async () => {
  const { send, calls } = appOver();
  const made = await send('POST', '', { body: { url, events: [type, type] } });
  expect([made.status, made.headers.get('location')]).toEqual([201, '/api/webhooks/1']);
  expect(made.headers.get('cache-control')).toBe('no-store');
  expect(await made.json()).toEqual({ id: 1, secret: 'whsec_one' });
  const listed = await (await send('GET')).text();
  expect(JSON.parse(listed)).toEqual([
    {
      id: 1,
      url,
      events: [type],
      created_at: '2026-11-30T12:00:00.000Z',
      enabled: true,
      disabled_at: null,
      disabled_reason: null,
      failing_since: null,
      old_secret_until: null,
    },
  ]);
  expect(listed).not.toContain('whsec');
  expect(calls).toEqual([['log', { webhook: 1, user: 1 }, 'a webhook was made']]);
});

test.each(['reader', 'author', 'editor'])('a role of %s sees and changes nothing', async (token) => {
  const { send, kept } = appOver();
  for (const [method, path] of [
    ['GET', ''],
    ['POST', ''],
    ['GET', '/1'],
    ['PATCH', '/1'],
    ['DELETE', '/1'],
    ['POST', '/1/rotate'],
    ['POST', '/1/test'],
    ['GET', '/1/deliveries'],
    ['POST', `/1/deliveries/${deliveryId(1)}/resend`],
  ] as const)
    expect([method, path, (await send(method, path, { token, ...(method === 'GET' ? {} : { body }) })).status]).toEqual(
      [method, path, 403],
    );
  expect(kept).toEqual([]);
});

test('without a token, or with a bad one, it is 401', async () => {
  const { send } = appOver();
  for (const token of ['', 'nobody']) expect((await send('GET', '', { token })).status).toBe(401);
});

test.each([
  ['an address inside', { ...body, url: 'https://inside.example/' }, 'url'],
  ['no type', { ...body, events: [] }, 'events'],
  ['a type that is not told', { ...body, events: ['dev.dormouse.user.registered.v1'] }, 'events.0'],
  ['drafts', { ...body, events: ['dev.dormouse.post.created.v1'] }, 'events.0'],
  ['an unknown field', { ...body, secret: 'mine' }, 'secret'],
])('%s is refused', async (_, sent, field) => {
  const { send, kept } = appOver();
  const response = await send('POST', '', { body: sent });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ errors: [{ field }] });
  expect(kept).toEqual([]);
});

test('there are only so many', async () => {
  const { send } = appOver();
  await send('POST', '', { body });
  await send('POST', '', { body });
  expect((await send('POST', '', { body })).status).toBe(409);
});

test('it is read, changed, given a new secret, and removed', async () => {
  const { send } = appOver();
  await send('POST', '', { body });
  expect(await (await send('GET', '/1')).json()).toMatchObject({ id: 1, enabled: true });
  const changed = await send('PATCH', '/1', { body: { enabled: false, events: ['dev.dormouse.post.deleted.v1'] } });
  expect(await changed.json()).toMatchObject({
    enabled: false,
    disabled_reason: 'operator',
    events: ['dev.dormouse.post.deleted.v1'],
  });
  expect(await (await send('POST', '/1/rotate')).json()).toEqual({
    id: 1,
    secret: 'whsec_two',
    old_secret_until: '2026-11-30T12:00:00.000Z',
  });
  const again = await send('POST', '/1/rotate');
  expect([again.status, again.headers.get('retry-after'), await again.json()]).toMatchObject([
    409,
    '1',
    { detail: expect.stringContaining('2026-11-30T12:00:00.000Z') },
  ]);
  expect((await send('DELETE', '/1')).status).toBe(204);
  for (const [method, path] of [
    ['GET', '/1'],
    ['PATCH', '/1'],
    ['DELETE', '/1'],
    ['POST', '/1/rotate'],
    ['POST', '/1/test'],
    ['GET', '/1/deliveries'],
    ['GET', '/x'],
  ] as const)
    expect([path, (await send(method, path, method === 'PATCH' ? { body: {} } : {})).status]).toEqual([path, 404]);
});

test('a test is a delivery, and what was sent is listed and sent again', async () => {
  const { send, calls } = appOver();
  await send('POST', '', { body });
  const tested = await send('POST', '/1/test');
  expect([tested.status, await tested.json()]).toEqual([202, { id: deliveryId(1) }]);
  const first = await send('GET', '/1/deliveries?limit=2');
  expect(await first.json()).toMatchObject([
    {
      id: deliveryId(3),
      message_id: `msg_${deliveryId(3)}`,
      state: 'failed',
      request: '{}',
      attempts: [{ error: 'ECONNREFUSED' }],
    },
    { id: deliveryId(2) },
  ]);
  const next = /<\/api\/webhooks(.*)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1];
  const second = await send('GET', next);
  expect(await second.json()).toMatchObject([{ id: deliveryId(1) }]);
  expect(second.headers.get('link')).toBe(null);
  expect((await send('GET', '/1/deliveries?after=x')).status).toBe(422);
  expect((await send('POST', `/1/deliveries/${deliveryId(1)}/resend`)).status).toBe(202);
  for (const id of [deliveryId(2), 'x']) expect((await send('POST', `/1/deliveries/${id}/resend`)).status).toBe(404);
  expect(calls).toContainEqual(['make', 1, 'webhook.test']);
  await send('PATCH', '/1', { body: { enabled: false } });
  for (const path of ['/1/test', `/1/deliveries/${deliveryId(1)}/resend`])
    expect((await send('POST', path)).status).toBe(409);
});

const examples = (of: string) => readExamples().filter(({ event }) => event.type === of);

test('events of posts are announced, as far as they are public', async () => {
  const { event, calls, withdrawn } = appOver();
  for (const verb of ['published', 'updated', 'unpublished', 'deleted'])
    for (const example of examples(`dev.dormouse.post.${verb}.v1`)) {
      calls.length = withdrawn.length = 0;
      expect((await event('/events', example.event)).status).toBe(204);
      const { status } = example.event.data as { status: string };
      expect([verb, calls.length]).toEqual([verb, verb === 'unpublished' || status === 'published' ? 1 : 0]);
      expect([verb, withdrawn.length]).toEqual([verb, verb === 'unpublished' || verb === 'deleted' ? 1 : 0]);
    }
});

test('what nobody wants is not announced, and taken back all the same', async () => {
  const { event, calls, withdrawn } = appOver(undefined, [postDeleted.type]);
  for (const verb of ['published', 'updated', 'unpublished'])
    for (const example of examples(`dev.dormouse.post.${verb}.v1`))
      expect((await event('/events', example.event)).status).toBe(204);
  expect([calls, withdrawn.length]).toEqual([[], examples('dev.dormouse.post.unpublished.v1').length]);
});

test('a delivery that is due is made, and one that the receiver has not taken comes again', async () => {
  const { event, calls } = appOver(async (_, run) => {
    if (run > 1) throw new RetryEvent('the receiver answered 500');
  });
  const example = examples('dev.dormouse.webhook.due.v1')[0]!.event;
  const { delivery } = example.data as { delivery: string };
  expect((await event('/batches', example)).status).toBe(204);
  expect((await event('/batches', { ...example, data: { delivery, run: 2 } })).status).toBe(503);
  expect((await event('/batches', { ...example, data: { delivery: 'x', run: 1 } })).status).toBe(422);
  expect(calls).toEqual([
    ['deliver', delivery, 1],
    ['deliver', delivery, 2],
  ]);
});

test('the sweep is for the timer, not for people', async () => {
  const { app } = appOver();
  const sweep = (headers: Record<string, string> = {}) => app.request('/events/sweep', { method: 'POST', headers });
  expect(await (await sweep()).json()).toEqual({ resent: 1, removed: 2 });
  expect((await sweep({ 'x-client-address': '1.2.3.4' })).status).toBe(404);
});

test('a personal access token reads webhooks with one scope and changes them with another', async () => {
  const { send } = appOver();
  const statuses = async (token: string) => [
    (await send('POST', '', { token, body })).status,
    (await send('GET', '', { token })).status,
    (await send('GET', '/1', { token })).status,
    (await send('GET', '/1/deliveries', { token })).status,
    (await send('POST', '/1/test', { token })).status,
    (await send('PATCH', '/1', { token, body: { enabled: true } })).status,
    (await send('DELETE', '/1', { token })).status,
  ];
  await send('POST', '', { body });
  expect(await statuses('writer')).toEqual([403, 403, 403, 403, 403, 403, 403]);
  expect(await statuses('reads')).toEqual([403, 200, 200, 200, 403, 403, 403]);
  expect(await statuses('writes')).toEqual([201, 403, 403, 403, 202, 200, 204]);
});
