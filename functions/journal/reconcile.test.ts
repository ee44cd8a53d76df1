import { onMeasure } from '@dormouse/runtime/measure';
import type { Measure } from '@dormouse/runtime/measurement';
import { metrics } from '@dormouse/signals/metrics';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  attributesOf,
  type Cluster,
  failed,
  openCluster,
  openFixture,
  type Received,
  trigger,
} from './journal.fixture.ts';

let db: TestDatabase;
let cluster: Cluster;
let journal: ReturnType<typeof openFixture>;
beforeAll(async () => {
  db = await testDatabase('categories', 'posts', 'journal');
  cluster = await openCluster();
  journal = openFixture(db, cluster, { slice: 7 });
});
const archive = {
  ...trigger('archive', 'journal'),
  metadata: { name: 'archive', namespace: 'dormouse', uid: 'archive' },
};
/** A Trigger that was made before every event of these tests. */
const made = (name: string, service: string, filters: object[] = [], annotations: Record<string, string> = {}) => {
  const { metadata, ...rest } = trigger(name, service, filters);
  return { ...rest, metadata: { ...metadata, uid: name, creationTimestamp: '2020-01-01T00:00:00Z', annotations } };
};
const clean = async () => {
  await db.admin`TRUNCATE journal.events, journal.dead_letters, journal.reconciled, journal.missing, categories.inbox, posts.inbox`;
  Object.assign(cluster, {
    triggers: [archive, made('counts', 'categories', [{ prefix: { type: 'dev.dormouse.post.' } }])],
    received: [],
    status: take,
    answer: '{"detail":"not now"}',
    kubernetes: 200,
  });
};
beforeEach(clean);
afterAll(async () => {
  await journal.close();
  cluster.close();
  await db.drop();
});

/** A consumer with an inbox. */
async function take({ host, headers }: Received): Promise<number> {
  const [service] = host.split('.');
  const row = { source: String(headers['ce-source']), id: String(headers['ce-id']) };
  await db.admin`INSERT INTO ${db.admin(`${service}.inbox`)} ${db.admin(row)} ON CONFLICT DO NOTHING`;
  return 204;
}
const consume = (attributes: Record<string, string>, service = 'categories') =>
  db.admin`INSERT INTO ${db.admin(`${service}.inbox`)} (source, id) VALUES (${attributes.source!}, ${attributes.id!}) ON CONFLICT DO NOTHING`;
/** Archives an event as if it had been three minutes ago. */
const happened = async (over: Record<string, string> = {}, age = '3 minutes') => {
  const attributes = attributesOf({ time: new Date().toISOString(), ...over });
  await journal.deliver('/events', attributes, '{"n":1}', { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` });
  await db.admin`UPDATE journal.events SET received_at = now() - ${age}::interval WHERE id = ${attributes.id!}`;
  return attributes;
};
const tick = async (): Promise<{ more: boolean }> => {
  const response = await journal.app.request('/batches/reconciliation', { method: 'POST' });
  expect(response.status).toBe(200);
  return response.json() as Promise<{ more: boolean }>;
};
/** Whatever waits may be tried again at once. */
const later = () => db.admin`UPDATE journal.missing SET next_at = now()`;
const sent = () => cluster.received.map(({ headers }) => headers['ce-id']);
const shares = async () =>
  Object.fromEntries(
    (
      (await (await journal.ask('GET', '/reconciliation')).json()) as {
        trigger: string;
        reason: string;
        missing: number;
      }[]
    ).map((each) => [each.trigger, each]),
  );
const deadLetters = async () =>
  (await (await journal.ask('GET', '/dead-letters')).json()) as {
    event: { id: string };
    trigger: string;
    cause: string;
    status: number;
  }[];

describe('what a consumer has not got', () => {
  test('is sent to the subscriber of that Trigger alone, as it was, and once', async () => {
    cluster.triggers.push(made('names', 'posts', [{ prefix: { type: 'dev.dormouse.category.' } }]));
    const [had, lost] = [await happened(), await happened({ type: 'dev.dormouse.post.updated.v1', signature: 'sig' })];
    await consume(had);
    expect(await tick()).toEqual({ more: false });
    expect(cluster.received).toMatchObject([
      {
        host: 'categories.dormouse.svc.cluster.local',
        path: '/events',
        body: '{"n":1}',
        headers: {
          'ce-id': lost.id,
          'ce-signature': 'sig',
          'dormouse-redelivery': 'true',
          traceparent: expect.stringContaining('a'.repeat(32)),
        },
      },
    ]);
    await tick();
    expect(sent()).toEqual([lost.id]);
    expect(await shares()).toMatchObject({
      counts: { missing: 0, redelivered: 1 },
      names: { missing: 0, redelivered: 0 },
    });
  });

  test('is nothing that is too young, and nothing that has come in the meantime', async () => {
    await happened({}, '1 minute');
    await tick();
    expect(sent()).toEqual([]);
    cluster.status = () => 503;
    const late = await happened({}, '3 minutes');
    await db.admin`UPDATE journal.events SET received_at = now() - interval '3 minutes'`;
    await tick();
    expect((await shares()).counts).toMatchObject({ missing: 2 });
    await consume(late);
    await later();
    cluster.received.length = 0;
    cluster.status = take;
    await tick();
    expect(sent()).not.toContain(late.id);
    expect((await shares()).counts).toMatchObject({ missing: 0, redelivered: 1 });
  });

  test('is what an interrupted delivery made a dead letter: redriven when its consumer has it, its own when it refuses', async () => {
    const [taken, came, refused] = [
      await happened(),
      await happened({ subject: 'post/2' }),
      await happened({ subject: 'post/3' }),
    ];
    for (const event of [taken, came, refused])
      await journal.deliver(
        '/dead-letters',
        { ...event, ...failed('categories', '499', 'Client Closed Request') },
        '{}',
      );
    cluster.status = (request) => (request.headers['ce-id'] === taken.id ? take(request) : 503);
    await tick();
    expect((await deadLetters()).map(({ event, status }) => [event.id, status])).toEqual(
      expect.arrayContaining([came, refused].map(({ id }) => [id, 499])),
    );
    await consume(came);
    cluster.status = () => 422;
    await later();
    await tick();
    expect(await deadLetters()).toMatchObject([
      { event: { id: refused.id }, state: 'open', status: 422, trigger: 'counts' },
    ]);
    expect((await shares()).counts).toMatchObject({ missing: 0, redelivered: 1 });
    const redriven = await (await journal.ask('GET', '/dead-letters?state=redriven')).json();
    expect(
      new Map(
        (redriven as { event: { id: string }; redrives: number }[]).map(({ event, redrives }) => [event.id, redrives]),
      ),
    ).toEqual(
      new Map([
        [taken.id, 1],
        [came.id, 0],
      ]),
    );
  });

  test('leaves no interrupted delivery to the archive open, once the relay has sent that event again', async () => {
    const [there, lost, refused] = [await happened(), attributesOf(), await happened({ subject: 'post/2' })];
    for (const [event, code] of [
      [there, '499'],
      [lost, '499'],
      [refused, '413'],
    ] as const)
      await journal.deliver('/dead-letters', { ...event, ...failed('journal', code) }, '{}');
    await tick();
    const open = async () => (await deadLetters()).map(({ event }) => event.id).sort();
    expect(await open()).toEqual([lost.id, refused.id].sort());
    await journal.deliver('/events', lost, '{}');
    await tick();
    expect(await open()).toEqual([refused.id]);
  });

  test('is nothing that is a dead letter of the Trigger, before or after it was missed', async () => {
    const [first, second, others] = [
      await happened(),
      await happened({ subject: 'post/2' }),
      await happened({ subject: 'post/3' }),
    ];
    await journal.deliver('/dead-letters', { ...first, ...failed('categories') }, '{}');
    await journal.deliver('/dead-letters', { ...others, ...failed('elsewhere') }, '{}');
    cluster.status = () => 503;
    await tick();
    expect(new Set(sent())).toEqual(new Set([second.id, others.id]));
    await journal.deliver('/dead-letters', { ...second, ...failed('categories') }, '{}');
    Object.assign(cluster, { received: [], status: take });
    await later();
    await tick();
    expect(sent()).toEqual([others.id]);
    expect((await shares()).counts).toMatchObject({ missing: 0 });
  });

  test('is measured by Trigger', async () => {
    const measured: Measure[] = [];
    cluster.status = () => 503;
    await happened();
    onMeasure((each) => measured.push(each));
    await tick();
    onMeasure(undefined);
    const of = (metric: object) =>
      measured.filter((each) => each.metric === metric).map(({ value, attributes }) => [value, attributes]);
    expect(of(metrics.eventsMissing)).toEqual([[1, { 'dormouse.trigger': 'counts' }]]);
    expect(of(metrics.eventsRedelivered)).toEqual([
      [1, { 'dormouse.trigger': 'counts', 'dormouse.redelivery.outcome': 'refused' }],
    ]);
  });

  test('is only shown by a dry run', async () => {
    const lost = await happened();
    const response = await journal.ask('POST', '/reconciliations', { dry_run: true });
    expect(await response.json()).toMatchObject({
      dry_run: true,
      judged: 1,
      found: 1,
      redelivered: 0,
      triggers: [{}, { missing: 1 }],
    });
    expect(sent()).toEqual([]);
    expect(await (await journal.ask('GET', '/missing?trigger=counts')).json()).toMatchObject([
      { id: lost.id, attempts: 0 },
    ]);
    await journal.ask('POST', '/reconciliations', {});
    expect(sent()).toEqual([lost.id]);
  });
});

describe('a consumer that refuses', () => {
  test('is tried again with pauses, and later events of the subject wait behind', async () => {
    const [first, second, another] = [await happened(), await happened(), await happened({ subject: 'post/2' })];
    cluster.status = (received) => (received.headers['ce-subject'] === 'post/1' ? 503 : take(received));
    await tick();
    expect(new Set(sent())).toEqual(new Set([first.id, another.id]));
    cluster.received.length = 0;
    await tick();
    expect(sent()).toEqual([]);
    cluster.status = take;
    await later();
    await tick();
    expect(sent()).toEqual([first.id, second.id]);
  });

  test('for good gets a dead letter made of the event', async () => {
    await happened();
    cluster.status = () => 422;
    await tick();
    expect(await deadLetters()).toMatchObject([{ trigger: 'counts', status: 422, cause: 'answered 422: not now' }]);
    expect((await shares()).counts).toMatchObject({ missing: 0 });
  });

  test('for hours gets one in the end', async () => {
    await happened();
    cluster.status = () => 503;
    for (let i = 0; i < 12; i++) {
      await tick();
      await later();
    }
    expect(await deadLetters()).toMatchObject([{ trigger: 'counts', status: 503 }]);
    expect((await shares()).counts).toMatchObject({ missing: 0 });
  });

  test('everything is left alone until the next time', async () => {
    for (let i = 0; i < 40; i++) await happened({ subject: `post/${i}` });
    cluster.status = () => 503;
    await tick();
    expect(new Set(sent()).size).toBeLessThan(20);
  });
});

describe('a Trigger', () => {
  test('that is new begins with what was archived since it was made', async () => {
    const created = new Date(Date.now() - 200_000).toISOString();
    const [, since] = [await happened({}, '5 minutes'), await happened({}, '3 minutes')];
    const { metadata, ...rest } = made('counts', 'categories');
    cluster.triggers = [archive, { ...rest, metadata: { ...metadata, creationTimestamp: created } }];
    await tick();
    expect(sent()).toEqual([since.id]);
  });

  test('that was deleted and made again under its name begins anew', async () => {
    await tick();
    await happened();
    const { metadata, ...rest } = made('counts', 'categories');
    cluster.triggers = [
      archive,
      { ...rest, metadata: { ...metadata, uid: 'another', creationTimestamp: new Date().toISOString() } },
    ];
    await tick();
    expect(sent()).toEqual([]);
  });

  test('whose share is older than inboxes remember is told so', async () => {
    await tick();
    await happened({}, '7 days');
    await happened({ time: new Date(Date.now() - 7 * 86_400_000).toISOString() });
    await tick();
    expect(sent()).toEqual([]);
    expect((await shares()).counts).toMatchObject({ too_old: 2, missing: 0 });
  });

  test('whose consumer keeps no inbox is listed with the reason, and sent nothing', async () => {
    cluster.triggers.push(made('pages', 'web', [], { 'dormouse.dev/inbox': 'none' }), made('foreign', 'others'), {
      ...made('elsewhere', 'categories'),
      spec: { broker: 'another' },
    });
    await consume(await happened());
    await tick();
    expect(sent()).toEqual([]);
    expect(await shares()).toMatchObject({
      archive: { reconciled: false, reason: 'it is the archive itself' },
      pages: { reconciled: false, reason: 'its consumer keeps no inbox' },
      foreign: { reconciled: false, reason: 'nothing says that its consumer keeps an inbox' },
      elsewhere: { reconciled: false, reason: 'its Broker is not archived' },
      counts: { reconciled: true, reason: null },
    });
    await tick();
  });

  test('whose consumer takes events and remembers none is found out after one batch', async () => {
    cluster.status = () => 204;
    await happened();
    await tick();
    await happened();
    await tick();
    expect(sent()).toHaveLength(1);
    expect((await shares()).counts).toMatchObject({
      reason: 'its consumer answers 2xx and remembers nothing',
      missing: 0,
    });
  });

  test('whose consumer has a database of its own is asked by HTTP', async () => {
    cluster.triggers = [archive, made('far', 'far', [], { 'dormouse.dev/inbox': 'route' })];
    const [had, lost] = [await happened(), await happened()];
    cluster.status = ({ headers, body }) => {
      if (headers['content-type'] !== 'application/vnd.dormouse.inbox+json') return 204;
      expect(JSON.parse(body)).toEqual(
        [had, lost].slice(-JSON.parse(body).length).map(({ source, id }) => ({ source, id })),
      );
      return 200;
    };
    cluster.answer = (received) => {
      const asked = JSON.parse(received.body) as { id: string }[];
      return JSON.stringify(asked.flatMap(({ id }, i) => (id === lost.id ? [i] : [])));
    };
    await tick();
    expect(sent().filter(Boolean)).toEqual([lost.id]);
  });

  test('that cannot be asked keeps its place, and delays no other', async () => {
    cluster.triggers.push(made('far', 'far', [], { 'dormouse.dev/inbox': 'route' }));
    cluster.status = (received) => (received.host.startsWith('far') ? 503 : take(received));
    const lost = await happened();
    await tick();
    expect(sent().filter(Boolean)).toEqual([lost.id]);
    const { far, counts } = (await shares()) as Record<string, { judged?: number }>;
    expect(far?.judged).toBeLessThan(counts?.judged ?? 0);
  });
});

test('two journals at once do no harm: the second finds the first at it', async () => {
  await happened();
  const both = await Promise.all([journal.reconcile(), journal.reconcile()]);
  expect(both.map(({ busy }) => busy).sort()).toEqual([false, true]);
  expect(sent()).toHaveLength(1);
});

test('the address that wakes it is for the cluster only', async () => {
  const response = await journal.app.request('/batches/reconciliation', {
    method: 'POST',
    headers: { 'x-client-address': '10.0.0.1' },
  });
  expect(response.status).toBe(404);
});

test('whatever the Broker loses, doubles and reorders: in the end inbox and dead letters hold the whole share', async () => {
  const fate = fc.record({
    subject: fc.integer({ min: 1, max: 3 }),
    type: fc.constantFrom('dev.dormouse.post.created.v1', 'dev.dormouse.user.registered.v1'),
    delivered: fc.integer({ min: 0, max: 2 }),
    refusals: fc.constantFrom(0, 0, 0, 1, 2, 422),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fate, { maxLength: 10 }), async (fates) => {
      await clean();
      const refuse = new Map<string, number>();
      cluster.status = (received) => {
        const id = String(received.headers['ce-id']);
        const left = refuse.get(id) ?? 0;
        if (left === 422) return 422;
        if (left === 0) return take(received);
        refuse.set(id, left - 1);
        return 503;
      };
      const share: string[] = [];
      for (const { subject, type, delivered, refusals } of fates) {
        const event = await happened({ type, subject: `post/${subject}` });
        refuse.set(event.id!, refusals);
        if (type.includes('.post.')) share.push(event.id!);
        if (type.includes('.post.') && refusals === 0) for (let i = 0; i < delivered; i++) await consume(event);
      }
      for (let i = 0; i < 6; i++) {
        await tick();
        await later();
      }
      const held =
        await db.admin`SELECT id FROM categories.inbox UNION SELECT id FROM journal.dead_letters ORDER BY id`;
      expect(held.map(({ id }) => id as string).sort()).toEqual(share.sort());
      expect(await db.admin`SELECT * FROM journal.missing`).toEqual([]);
    }),
    { numRuns: 10 },
  );
});
