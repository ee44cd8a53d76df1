import { randomBytes } from 'node:crypto';
import { checkTrace, type ExpectedSpan } from '@dormouse/testing/check-trace';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Author, blogAt, type Post } from '../blog.ts';
import { eventually, type RunningPlatform, runPlatform } from '../platform.ts';
import { spansOf } from '../spans.ts';

/** An event on its way: producer, broker, and what each Trigger's consumer does with it. */
const event = (type: string, from: string, by: string, triggers: readonly ExpectedSpan[]): ExpectedSpan => ({
  name: `send ${type}`,
  service: from,
  kind: 'producer',
  attributes: { 'messaging.system': 'knative' },
  links: [],
  children: [
    {
      name: 'send dormouse/default',
      service: 'broker',
      kind: 'server',
      attributes: { 'cloudevents.type': type },
      children: triggers.map((trigger) => ({
        ...trigger,
        links: [],
        children: trigger.children?.map((each) => consumed(type, by, each)) ?? [],
      })),
    },
  ],
});

/** A Trigger and the function it delivers to, with what that does inside of its own span. */
const trigger = (name: string, to: string, children: readonly ExpectedSpan[] = []): ExpectedSpan => ({
  name: `process ${name}`,
  service: 'broker',
  kind: 'client',
  error: false,
  events: [],
  attributes: { 'delivery.attempts': 1, 'delivery.outcome': 'delivered', 'http.response.status_code': 204 },
  children: [{ name: 'POST /events', service: to, children: children }],
});

/** A request of the broker: its handler's span is linked to where the event began. */
const consumed = (type: string, by: string, request: ExpectedSpan): ExpectedSpan => ({
  ...request,
  kind: 'server',
  attributes: { 'faas.trigger': 'pubsub' },
  children: [
    {
      name: `process ${type}`,
      kind: 'consumer',
      error: false,
      links: [by],
      ...(request.children && { children: request.children }),
    },
  ],
});

describe('one trace', () => {
  let platform: RunningPlatform;
  let author: Author;
  beforeAll(async () => {
    platform = await runPlatform({ overlay: `${import.meta.dirname}/../overlays/quick` });
    author = await blogAt(platform.url).register();
  });
  afterAll(() => platform?.stop());

  it('holds everything that a request causes, from the ingress to the consumers of the events of its events', async () => {
    const [traceId, client] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
    const response = await author.call<Post>('POST', '/blog/api/posts', {
      body: { title: 'Traced', content: 'x', category_name: 'Traces' },
      headers: { traceparent: `00-${traceId}-${client}-01` },
    });
    expect([response.status, response.headers.get('x-trace-id')]).toEqual([201, traceId]);

    const created = 'dev.dormouse.post.created.v1';
    const web = (name: string) => trigger(name, 'web');
    const announced = event('dev.dormouse.category.created.v1', 'categories', `process ${created}`, [
      web('web-category-events'),
    ]);
    const counted = trigger('categories-post-events', 'categories', [
      { name: 'INSERT inbox' },
      { name: 'SELECT count_post' },
      announced,
    ]);
    const again = trigger('categories-post-events', 'categories', [
      { name: 'INSERT inbox' },
      { name: 'SELECT count_post' },
    ]);
    const request: ExpectedSpan = {
      name: 'POST /blog/api/posts',
      service: 'posts',
      kind: 'server',
      attributes: { 'http.response.status_code': 201, 'faas.coldstart': true },
      children: [
        { name: 'INSERT outbox', kind: 'client', attributes: { 'db.system.name': 'postgresql' } },
        event(created, 'posts', 'POST /blog/api/posts', [counted]),
        event('dev.dormouse.post.published.v1', 'posts', 'POST /blog/api/posts', [again, web('web-post-events')]),
      ],
    };
    const roots: ExpectedSpan[] = [
      { name: 'POST posts', service: 'ingress', children: [{ name: 'wait for posts', service: 'activator' }, request] },
    ];
    await eventually(
      async () => checkTrace(await spansOf(platform.console, traceId), { outside: [client], roots }),
      (problems) => problems.length === 0,
      30,
    );
  });

  it('holds a page, too, with what its function asks of others', async () => {
    const [traceId, client] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
    const response = await fetch(`${platform.url}/blog/`, { headers: { traceparent: `00-${traceId}-${client}-01` } });
    expect(response.status).toBe(200);
    const serverSpan = (service: string, name: string, queries = 1): ExpectedSpan => ({
      name: 'GET',
      service: 'web',
      kind: 'client',
      children: [
        { name, service, kind: 'server', children: [{ name: new RegExp(service), kind: 'client', times: queries }] },
      ],
    });
    const page = {
      name: 'GET /blog/',
      service: 'web',
      // Posts looks for the newest, and for those that editors have put first.
      children: [serverSpan('posts', 'GET /blog/api/posts', 2), serverSpan('categories', 'GET /blog/api/categories')],
    };
    const roots: ExpectedSpan[] = [{ name: 'GET web', service: 'ingress', children: [page] }];
    await eventually(
      async () => checkTrace(await spansOf(platform.console, traceId), { outside: [client], roots }),
      (problems) => problems.length === 0,
      30,
    );
  });
});
