import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { listen, trigger } from './journal.fixture.ts';
import { kubernetesTriggers } from './kubernetes.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** An API server, and what it was asked. */
async function openApi(items: object[] = [trigger('counts', 'categories')]) {
  const api = { url: '', asked: [] as string[], status: 200 };
  const { url, server } = await listen((request, response) => {
    api.asked.push(`${request.url} ${request.headers.authorization ?? 'nobody'}`);
    response.writeHead(api.status).end(JSON.stringify({ kind: 'TriggerList', items }));
  });
  closing.push(() => server.close());
  return Object.assign(api, { url });
}

function accountFolder(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'dormouse-account-'));
  closing.push(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test('Triggers are read with their filters, those of the older form as well, and where they deliver', async () => {
  const { spec, ...older } = trigger('older', 'web');
  const api = await openApi([
    trigger('counts', 'categories', [{ exact: { type: 't' } }]),
    { ...older, spec: { ...spec, filters: undefined, filter: { attributes: { type: '' } } } },
    { ...trigger('all', 'journal'), status: {} },
  ]);
  expect(await kubernetesTriggers({ url: api.url, namespace: 'dormouse', account: '/nowhere' }).list()).toEqual([
    {
      name: 'counts',
      namespace: 'dormouse',
      broker: 'default',
      filters: [{ exact: { type: 't' } }],
      subscriberUri: 'http://categories.dormouse.svc.cluster.local/events',
    },
    {
      name: 'older',
      namespace: 'dormouse',
      broker: 'default',
      filters: [{ exact: { type: '' } }],
      subscriberUri: 'http://web.dormouse.svc.cluster.local/events',
    },
    { name: 'all', namespace: 'dormouse', broker: 'default', filters: [], subscriberUri: undefined },
  ]);
  expect(api.asked).toEqual(['/apis/eventing.knative.dev/v1/namespaces/dormouse/triggers nobody']);
});

test('a Trigger is told from another of its name, and says how the inbox of its consumer is read', async () => {
  const { metadata, ...rest } = trigger('counts', 'categories');
  const made = { uid: 'u1', creationTimestamp: '2026-01-01T00:00:00Z', annotations: { 'dormouse.dev/inbox': 'none' } };
  const api = await openApi([{ ...rest, metadata: { ...metadata, ...made } }]);
  expect(await kubernetesTriggers({ url: api.url, namespace: 'dormouse', account: '/nowhere' }).list()).toMatchObject([
    { uid: 'u1', createdAt: new Date('2026-01-01T00:00:00Z'), inbox: 'none' },
  ]);
});

test('a ServiceAccount says who asks and in which namespace; its token is read anew each time', async () => {
  const api = await openApi();
  const account = accountFolder({ token: 'first\n', namespace: 'elsewhere' });
  const triggers = kubernetesTriggers({ url: api.url, namespace: 'dormouse', account, cacheMs: 0 });
  await triggers.list();
  writeFileSync(join(account, 'token'), 'second');
  await triggers.list();
  const path = '/apis/eventing.knative.dev/v1/namespaces/elsewhere/triggers';
  expect(api.asked).toEqual([`${path} Bearer first`, `${path} Bearer second`]);
});

test('an answer is good for five seconds, and one question serves all who ask at once', async () => {
  const api = await openApi();
  let now = 0;
  const triggers = kubernetesTriggers({ url: api.url, namespace: 'dormouse', account: '/nowhere', now: () => now });
  await Promise.all([triggers.list(), triggers.list()]);
  now = 4999;
  await triggers.list();
  expect(api.asked).toHaveLength(1);
  now = 5001;
  await triggers.list();
  expect(api.asked).toHaveLength(2);
});

test('who must know what is so just now does not get an answer that is older', async () => {
  const api = await openApi();
  let now = 0;
  const triggers = kubernetesTriggers({ url: api.url, namespace: 'dormouse', account: '/nowhere', now: () => now });
  await triggers.list();
  now = 249;
  await triggers.list(250);
  expect(api.asked).toHaveLength(1);
  now = 250;
  await Promise.all([triggers.list(250), triggers.list(250)]);
  await triggers.list();
  expect(api.asked).toHaveLength(2);
});

test('a Kubernetes that refuses, or is not there, is "unavailable", and asked again the next time', async () => {
  const api = await openApi();
  const triggers = kubernetesTriggers({ url: api.url, namespace: 'dormouse', account: '/nowhere' });
  api.status = 403;
  await expect(triggers.list()).rejects.toMatchObject({
    status: 503,
    detail: 'The Triggers cannot be read from Kubernetes now.',
  });
  api.status = 200;
  expect(await triggers.list()).toHaveLength(1);
  const nowhere = kubernetesTriggers({ url: 'http://127.0.0.1:9', namespace: 'dormouse', account: '/nowhere' });
  await expect(nowhere.list()).rejects.toMatchObject({ status: 503 });
});
