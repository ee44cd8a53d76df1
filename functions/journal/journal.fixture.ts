import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Role } from '@dormouse/runtime/caller';
import type { StoredEvent } from '@dormouse/runtime/cloudevent';
import { fail } from '@dormouse/runtime/errors';
import { silentLog } from '@dormouse/runtime/log';
import { type Outbox, outbox } from '@dormouse/runtime/outbox';
import { openSql } from '@dormouse/runtime/sql';
import type { Sql } from '@dormouse/runtime/sql-types';
import type { TestDatabase } from '@dormouse/tests/database';
import { createApp } from './app.ts';
import { openInboxes } from './inboxes.ts';
import { openItems } from './items.ts';
import { openJobs } from './jobs.ts';
import { kubernetesTriggers } from './kubernetes.ts';
import { reconciler } from './reconcile.ts';
import type { ReconcileOptions } from './reconcile-options.ts';
import { openReconciliation } from './reconciliation.ts';
import { openJournal } from './store.ts';
import { subscribers } from './subscriber.ts';
import { type WorkOptions, worker } from './work.ts';

/** A real HTTP server on a free port. */
export async function listen(
  handle: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void | Promise<void>,
): Promise<{ url: string; server: Server }> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    await handle(request, response, Buffer.concat(chunks));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

export const trigger = (name: string, service: string, filters: object[] = [], path = '/events') => ({
  apiVersion: 'eventing.knative.dev/v1',
  kind: 'Trigger',
  metadata: { name, namespace: 'dormouse' },
  spec: { broker: 'default', filters, subscriber: {} },
  status: { subscriberUri: `http://${service}.dormouse.svc.cluster.local${path}` },
});

export interface Received {
  host: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** Kubernetes and the cluster's gateway, as far as the journal sees them: one server that answers for both. */
export async function openCluster() {
  const cluster = {
    url: '',
    triggers: [] as object[],
    /** What came for subscribers, in this order. */
    received: [] as Received[],
    /** What subscribers answer. */
    status: (_: Received): number | Promise<number> => 204,
    /** Body of their refusals. */
    answer: '{"detail":"not now"}' as string | ((received: Received) => string),
    kubernetes: 200,
    close: () => {},
  };
  const { url, server } = await listen(async (request, response, body) => {
    if (request.url?.startsWith('/apis/')) {
      response.writeHead(cluster.kubernetes, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ apiVersion: 'eventing.knative.dev/v1', kind: 'TriggerList', items: cluster.triggers }),
      );
      return;
    }
    const received = {
      host: String(request.headers.host),
      path: String(request.url),
      headers: request.headers,
      body: body.toString(),
    };
    cluster.received.push(received);
    const status = await cluster.status(received);
    const answer = () => (typeof cluster.answer === 'string' ? cluster.answer : cluster.answer(received));
    response.writeHead(status).end(status > 299 || status === 200 ? answer() : undefined);
  });
  cluster.url = url;
  cluster.close = () => void server.close();
  return cluster;
}

export type Cluster = Awaited<ReturnType<typeof openCluster>>;

/** The whole function on a real database, its events kept in `due` instead of a Broker. */
export function openFixture(
  db: TestDatabase,
  cluster: Cluster,
  over: Partial<WorkOptions> & Partial<ReconcileOptions> = {},
) {
  const sql: Sql = openSql({ databaseUrl: db.urlOf('journal'), service: 'journal' });
  const due: StoredEvent[] = [];
  const box: Outbox = outbox({ sql, source: '/journal', send: async (event) => void due.push(event) });
  const world = {
    jobs: openJobs({ sql, outbox: box }),
    items: openItems(sql),
    triggers: kubernetesTriggers({ url: cluster.url, namespace: 'dormouse', account: '/nowhere', cacheMs: 0 }),
  };
  const send = subscribers({ gateway: cluster.url, pauseMs: 1 });
  const work = worker({ ...world, deliver: send, ...over });
  const reconciliation = openReconciliation({ sql, afterSeconds: 120 });
  const reconcile = reconciler({
    triggers: world.triggers,
    reconciliation,
    inboxes: openInboxes({ sql, gateway: cluster.url }),
    deliver: send,
    storeDeadLetter: openJournal(sql).storeDeadLetter,
    service: 'journal',
    log: silentLog,
    ...over,
  });
  const roles = ['reader', 'author', 'editor', 'operator', 'admin'];
  const app = createApp({
    ...world,
    journal: openJournal(sql),
    work,
    reconcile,
    reconciliation,
    retention: () => {},
    tokens: {
      verify: async (token) =>
        roles.includes(token)
          ? { id: 1, name: token, role: token as Role, scopes: [], jti: token, exp: 9e9, token }
          : fail('unauthorized', 'The token is not valid.'),
    },
    limiter: { take: async () => ({ allowed: true, remaining: 1, resetMs: 0 }) },
    service: 'journal',
  });
  const ask = (method: string, path: string, body?: unknown, as: string | undefined = 'operator') =>
    app.request(`/api/journal${path}`, {
      method,
      headers: {
        ...(as && { authorization: `Bearer ${as}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const deliver = (
    path: string,
    attributes: Record<string, string>,
    data?: string | Buffer,
    headers: Record<string, string> = {},
  ) =>
    app.request(path, {
      method: 'POST',
      headers: { ...headersOf(attributes), ...headers },
      ...(data !== undefined && { body: new Uint8Array(Buffer.from(data)) }),
    });
  const batch = (event: Pick<StoredEvent, 'data'>) =>
    deliver('/batches', attributesOf({ type: 'dev.dormouse.journal.batch.due.v1', source: '/journal' }), event.data);
  /** Delivers due batches until there are none. */
  const drain = async () => {
    for (await box.drained(); due.length > 0; await box.drained()) await batch(due.shift() as StoredEvent);
  };
  const close = async () => {
    await box.drained();
    await sql.end({ timeout: 1 });
  };
  return { sql, app, ask, deliver, batch, drain, due, box, work, reconcile, reconciliation, close, ...world };
}

let made = 0;

/** Attributes of an event, different from all others unless `id` says otherwise. */
export const attributesOf = (over: Record<string, string> = {}): Record<string, string> => ({
  specversion: '1.0',
  id: `e${++made}`,
  type: 'dev.dormouse.post.created.v1',
  source: '/posts',
  subject: 'post/1',
  time: '2026-03-01T08:30:00.000Z',
  datacontenttype: 'application/json',
  ...over,
});

const headersOf = ({ datacontenttype, ...attributes }: Record<string, string>): Record<string, string> => ({
  ...(datacontenttype && { 'content-type': datacontenttype }),
  ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value])),
});

/** What a Broker adds to an event that `service` did not take. */
export const failed = (service: string, code = '422', body = '{"detail":"The event cannot be handled."}') => ({
  knativeerrordest: `http://${service}.dormouse.svc.cluster.local/events`,
  knativeerrorcode: code,
  knativeerrordata: Buffer.from(body).toString('base64'),
});
