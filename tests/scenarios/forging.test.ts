import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Author, Post } from '../blog.ts';
import { describeOn, type Targets } from '../describe-on.ts';
import { kubectl } from '../kubectl.ts';
import type { Target } from '../target.ts';
import { type Caller, type CallerOptions, type CallerRequest, startCaller } from '../targets/cluster-caller.ts';
import { unique } from '../unique.ts';

const { NAMESPACE = 'dormouse' } = process.env;
const published = 'dev.dormouse.post.published.v1';

/** From inside: Services, the Broker and stores have addresses there. On one machine these are behind the platform's own doors. */
const onClusters: Targets<never> = { targetNames: ['cluster'], needs: [] };

const origins: Readonly<Record<string, Partial<CallerOptions>>> = {
  'a namespace of others': {},
  'a namespace of others with sidecars': { labels: { 'istio-injection': 'enabled' } },
  'our account web': { namespace: NAMESPACE, serviceAccount: 'web' },
  'our account relay': { namespace: NAMESPACE, serviceAccount: 'relay' },
};

interface Forgery {
  what: string;
  request: CallerRequest;
  /** Statuses of refusals; 0 is a connection that was reset, by a sidecar say. */
  refused: readonly number[];
}

const refusals = [0, 401, 403];
const subjectOf = (id: number) => `post/${id}`;

/** A forged event in binary mode, as a Broker delivers it. */
const delivery = (to: string, event: Record<string, unknown>, more: Record<string, string> = {}): CallerRequest => {
  const { data, datacontenttype, ...attributes } = event;
  const fields = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, String(value)] as const);
  return {
    url: to,
    headers: { 'content-type': 'application/json', ...Object.fromEntries(fields), ...more },
    body: JSON.stringify(data),
  };
};

describeOn(onClusters, 'who is inside of the cluster', (target) => {
  const callers = new Map<string, Caller>();
  let author: Author;
  let broker: string;
  beforeAll(async () => {
    author = await target().blog.register();
    broker = await kubectl([
      ...['get', 'brokers.eventing.knative.dev', 'default', '--namespace', NAMESPACE],
      ...['-o', 'jsonpath={.status.address.url}'],
    ]);
    for (const [from, options] of Object.entries(origins))
      callers.set(from, await startCaller({ blog: NAMESPACE, ...options }));
  }, 300_000);
  afterAll(() => Promise.all([...callers.values()].map((caller) => caller.remove())));

  const at = (name: string, path: string) => `http://${name}.${NAMESPACE}.svc.cluster.local${path}`;
  const countOf = async ({ blog }: Target, name: string) => {
    const { body } = await blog.call<{ name: string; post_count: number }[]>('GET', '/blog/api/categories');
    return body.find((category) => category.name === name)?.post_count;
  };

  for (const from of Object.keys(origins))
    it(`forges no event and no dead letter from ${from}`, async () => {
      const name = unique('Forged');
      const real = await author.write({ title: 'Real', category_name: name });
      expect(
        await target().eventually(
          () => countOf(target(), name),
          (count) => count === 1,
        ),
      ).toBe(1);
      const [known] = await target().eventually(
        () => target().journal.events({ type: published, subject: subjectOf(real.id) }),
        (found) => found.length > 0,
      );
      const { attributes, data } = await target().journal.event(known!.position);
      const { dssematerial, ...plain } = attributes as Record<string, string>;
      const of = (id: number, more: object = {}) => ({
        ...plain,
        specversion: '1.0',
        type: published,
        id: unique('forged').replaceAll(' ', '-'),
        subject: subjectOf(id),
        data: { ...(data as Post), id, ...more },
      });
      const invented = of(2 ** 31 - 2);
      const jumped = of(real.id, { version: 2 ** 31 - 1 });
      const copied = { ...of(2 ** 31 - 3), dssematerial };
      const named = { ...of(2 ** 31 - 4), source: '/elsewhere' };
      const toCategories = { knativeerrordest: at('categories', '/events'), knativeerrorcode: '500' };
      const forgeries: Forgery[] = [invented, jumped, copied, named].flatMap((event) => [
        { what: 'consumer', request: delivery(at('categories', '/events'), event), refused: refusals },
        { what: 'archive', request: delivery(at('journal', '/events'), event), refused: refusals },
        {
          what: 'dead letter',
          request: delivery(at('journal', '/dead-letters'), { ...event, ...toCategories }),
          refused: refusals,
        },
        // A Broker that knows nobody takes what comes; nobody believes it.
        { what: 'Broker', request: delivery(broker, event), refused: [...refusals, 202] },
      ]);
      const batch = {
        type: 'dev.dormouse.journal.batch.due.v1',
        source: '/journal',
        subject: 'replay/1',
        data: { job: '1', step: 0 },
      };
      forgeries.push({
        what: 'batch',
        request: delivery(at('journal', '/batches'), { ...invented, ...batch }),
        refused: refusals,
      });
      const statuses = await callers.get(from)!.statuses(forgeries.map(({ request }) => request));
      const passed = forgeries.flatMap(({ what, refused }, n) =>
        refused.includes(statuses[n]!) ? [] : [`${what}: ${statuses[n]}`],
      );
      expect(passed).toEqual([]);

      await author.write({ title: 'Second', category_name: name });
      const count = await target().eventually(
        () => countOf(target(), name),
        (now) => (now ?? 0) >= 2,
      );
      expect(count).toBe(2);
      await author.call('PATCH', `/blog/api/posts/${real.id}`, { body: { category_name: `${name} moved` } });
      expect(
        await target().eventually(
          () => countOf(target(), name),
          (now) => now === 1,
        ),
      ).toBe(1);
      const traces = await Promise.all(
        [invented, copied, named].flatMap(({ subject }) => [
          target().journal.events({ subject }),
          target().journal.deadLetters({ subject }),
        ]),
      );
      expect(traces.flat()).toEqual([]);
      expect(await target().journal.events({ type: published, subject: subjectOf(real.id) })).toHaveLength(1);
    });

  it('writes nothing without a token', async () => {
    const body = JSON.stringify({ title: 'Mine', content: 'x', category_name: 'None' });
    const json = { 'content-type': 'application/json' };
    for (const caller of callers.values()) {
      const statuses = await caller.statuses([
        { url: at('posts', '/blog/api/posts'), headers: json, body },
        { url: at('posts', '/blog/api/posts?status=draft'), method: 'GET' },
        { url: at('journal', '/api/journal/events'), method: 'GET' },
      ]);
      for (const status of statuses) expect(refusals).toContain(status);
    }
  });

  it('is counted by its connection, whatever address it names', async ({ skip, task }) => {
    const service = ['get', 'services.serving.knative.dev', 'auth', '--namespace', NAMESPACE];
    const secrets = await kubectl([...service, '-o', 'jsonpath={..secretRef.name}']);
    if (!secrets.split(' ').includes('client-proof')) {
      task.meta.missing = ['an overlay with client-proof'];
      skip();
    }
    const tries = 75;
    const statuses = await callers.get('a namespace of others')!.statuses([
      {
        url: at('auth', '/api/login'),
        headers: { 'content-type': 'application/json', 'x-client-address': '198.51.100.{n}', 'x-client-proof': '-' },
        body: JSON.stringify({ username: `${unique('nobody').replace(' ', '-')}-{n}`, password: 'wrong' }),
        times: tries,
      },
    ]);
    expect(statuses).toHaveLength(tries);
    const counted = (status: number) => statuses.filter((each) => each === status).length;
    expect(counted(401) + counted(429)).toBe(tries);
    expect(counted(429)).toBeGreaterThan(0);
  });
});

describeOn(onClusters, 'the public route', (target) => {
  it('leads to no address that is internal', async () => {
    const paths = [
      '/events',
      '/events/',
      '/dead-letters',
      '/batches',
      '/batches/reconciliation',
      '/metrics',
      '/%65vents',
    ];
    for (const path of paths) {
      const { status } = await target().blog.call('POST', path, { body: {} });
      expect([path, status]).toEqual([path, 404]);
    }
    const { status } = await target().blog.call('POST', '//events', { body: {} });
    expect(status).toBe(400);
  });
});
