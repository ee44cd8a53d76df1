import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { drain } from '@dormouse/runtime/drain';
import { uuidv7 } from '@dormouse/runtime/ids';
import { httpSend } from '@dormouse/runtime/send';
import { openSql } from '@dormouse/runtime/sql';
import type { TestDatabase } from '@dormouse/tests/database';
import { signed } from '@dormouse/tests/event-keys';
import { type FunctionProcess, startFunction } from '@dormouse/tests/function-process';
import { Webhook } from 'standardwebhooks';
import { openSubscriptions } from './subscriptions.ts';

export interface Campaign {
  /** Events of posts, each of which goes to every webhook. */
  events: number;
  webhooks: number;
  /** Kills that count: something was on its way to a receiver. */
  kills: number;
}

export interface Killed {
  /** Deliveries that were made of the events, and those of them that their receivers have. */
  made: number;
  received: number;
  /** Requests beyond the first of a delivery that its receiver had taken. */
  duplicates: number;
  /** Requests whose signature or body was not that of their id. */
  wrong: number;
  /** Deliveries that do not say that they were made. */
  unsettled: number;
  kills: number;
  seconds: number;
}

const type = 'dev.dormouse.post.unpublished.v1';
const atATime = 24;

/**
 * Has the function deliver, and ends it with SIGKILL again and again while requests are on their way; a tenth of them the receiver refuses
 * besides. The Broker is a queue of this process: it has what it has acknowledged, and delivers until it is told 2xx.
 */
export async function killDuringDeliveries(db: TestDatabase, { events, webhooks, kills }: Campaign): Promise<Killed> {
  const begun = Date.now();
  const sql = openSql({ databaseUrl: db.urlOf('webhooks'), service: 'webhooks' });
  const receiver = await listen(receiving);
  const subscriptions = openSubscriptions(sql);
  const secrets = new Map<string, Webhook>();
  for (let n = 0; n < webhooks; n++) {
    const { secret } = (await subscriptions.create(`${receiver.origin}/${n}`, [type]))!;
    secrets.set(`/${n}`, new Webhook(secret));
  }
  const taken = new Map<string, { body: string; times: number }>();
  let wrong = 0;
  let onTheirWay = 0;

  async function receiving(request: IncomingMessage): Promise<number> {
    onTheirWay++;
    const body = await textOf(request);
    await pause(5);
    onTheirWay--;
    if (Math.random() < 0.1) return 500;
    const headers = request.headers as Record<string, string>;
    const id = headers['webhook-id']!;
    const known = taken.get(id) ?? { body, times: 0 };
    taken.set(id, { body, times: known.times + 1 });
    try {
      secrets.get(request.url!)!.verify(body, headers);
    } catch {
      wrong++;
    }
    if (known.body !== body) wrong++;
    return 204;
  }

  const waiting: { path: string; headers: Record<string, string>; body: string }[] = [];
  const broker = await listen(async (request) => {
    const kept = Object.entries(request.headers).filter(([name]) => name.startsWith('ce-') || name === 'content-type');
    const headers = Object.fromEntries(kept) as Record<string, string>;
    waiting.push({ path: '/batches', headers, body: await textOf(request) });
    return 202;
  });
  const structured = { 'content-type': 'application/cloudevents+json' };
  for (let n = 1; n <= events; n++)
    waiting.push({ path: '/events', headers: structured, body: JSON.stringify(unpublished(n)) });

  let running: FunctionProcess | undefined;
  let ended = false;
  const start = async () =>
    (running = await startFunction('webhooks', {
      DATABASE_URL: db.urlOf('webhooks'),
      K_SINK: broker.origin,
      JWKS_URL: 'http://127.0.0.1:9',
      LOCAL_RECEIVERS: 'true',
      LOG_LEVEL: 'error',
    }));
  const deliverOne = async () => {
    const each = waiting.shift();
    if (!each || !running) {
      if (each) waiting.unshift(each);
      await pause(5);
      return;
    }
    const status = await fetch(`${running.origin}${each.path}`, {
      method: 'POST',
      headers: each.headers,
      body: each.body,
    }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
      () => 0,
    );
    if (status < 200 || status >= 300) {
      await pause(10);
      waiting.push(each);
    }
  };
  const worker = async () => {
    while (!ended) await deliverOne();
  };
  const relay = db.as('webhooks');
  const relaying = async () => {
    while (!ended) {
      await drain({
        sql: relay,
        schemas: ['webhooks'],
        send: httpSend(broker.origin),
        olderThanMs: 500,
        batch: 200,
        budgetMs: 5000,
      });
      await pause(100);
    }
  };
  const settled = async () => {
    const [row] = await sql<{ made: number; open: number }[]>`
      SELECT count(*)::int AS made, (count(*) FILTER (WHERE state <> 'delivered'))::int AS open FROM deliveries`;
    return row!;
  };

  await start();
  const workers = [...Array.from({ length: atATime }, worker), relaying()];
  let killed = 0;
  const every = (events * webhooks) / (kills + 1);
  while (killed < kills) {
    const goal = Math.min(events * webhooks - 1, every * (killed + 1));
    // Counting is asked for seldom: of a large campaign it takes longer than the deliveries.
    for (let looks = 0; taken.size < goal || onTheirWay === 0; looks++) {
      if (looks % 500 === 499) {
        const { made, open } = await settled();
        if (made === events * webhooks && open === 0) break;
      }
      await pause(2);
    }
    if (onTheirWay === 0) break;
    const dying = running!;
    running = undefined;
    dying.kill();
    await dying.end();
    killed++;
    await start();
  }
  for (let state = await settled(); state.made < events * webhooks || state.open > 0; state = await settled())
    await pause(200);
  ended = true;
  await Promise.all(workers);
  await running?.end();
  const ids = await sql<{ id: string }[]>`SELECT id FROM deliveries`;
  const known = new Set(ids.map(({ id }) => `msg_${id}`));
  const { open } = await settled();
  await sql.end();
  for (const each of [receiver, broker]) each.close();
  return {
    made: ids.length,
    received: ids.filter(({ id }) => taken.has(`msg_${id}`)).length,
    duplicates: [...taken.values()].reduce((sum, { times }) => sum + times - 1, 0),
    wrong: wrong + [...taken.keys()].filter((id) => !known.has(id)).length,
    unsettled: open,
    kills: killed,
    seconds: Math.round((Date.now() - begun) / 1000),
  };
}

const unpublished = (id: number) =>
  signed({
    specversion: '1.0',
    id: uuidv7(),
    type,
    source: '/posts',
    subject: `post/${id}`,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    dataschema: `https://dormouse.dev/schemas/${type}.json`,
    data: {
      id,
      version: 2,
      slug: `post-${id}`,
      title: 'Hidden',
      author: 'ada',
      status: 'draft',
      category: { id: 1, name: 'General', slug: 'general' },
      created_at: '2026-11-30T12:00:00Z',
      updated_at: '2026-11-30T12:00:00Z',
    },
  });

async function listen(answer: (request: IncomingMessage) => Promise<number>) {
  const server: Server = createServer((request, response) => {
    answer(request).then(
      (status) => response.writeHead(status).end(),
      () => response.destroy(),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
