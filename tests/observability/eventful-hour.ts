import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sending } from '@dormouse/testing/send';
import { database } from '../chaos/observe.ts';
import { brokerUrl, eventually, type RunningPlatform } from '../platform.ts';
import { clientsOf } from '../targets/clients.ts';
import { killDatabase, pausePrograms, redisOf, sendUnreadable } from './fault-injection.ts';
import { traffic } from './traffic.ts';

type Clients = Awaited<ReturnType<typeof clientsOf>>;
const created = 'dev.dormouse.post.created.v1';

/**
 * What fills every panel, in a few minutes: people who write, read, mistype, come too often; events twice; and one fault after the other.
 * @param platform runs `tests/chaos/platform-on-faulty-disk.ts`
 */
export async function eventfulHour(platform: RunningPlatform): Promise<void> {
  const clients = await clientsOf(platform.url, {
    keys: join(platform.home, 'secrets/auth-keys'),
    pass: () => sleep(50),
  });
  const send = sending(await brokerUrl(platform));

  await during(platform, async () => {
    await people(platform, clients);
    await eventsAgain(platform, clients, send);
    await sleep(15_000);
  });
  await nobody(platform);
  await during(platform, async () => {
    await slowStatements(platform, clients);
    await databaseDies(platform);
    await pausePrograms(redisOf(platform), AbortSignal.timeout(3_000));
    await brokenDisk(platform);
    await sleep(15_000);
  });
  await nobody(platform);
}

/** With readers and a writer. */
async function during(platform: RunningPlatform, what: () => Promise<void>): Promise<void> {
  const over = new AbortController();
  const running = traffic(platform.url, over.signal);
  await what().finally(() => over.abort());
  await running;
}

/** Until functions sleep: what they measured last is sent with their end. */
async function nobody(platform: RunningPlatform): Promise<void> {
  const awake = async () =>
    (await platform.services()).filter(({ name, instances }) => instances > 0 && name !== 'relay');
  await eventually(awake, (services) => services.length === 0, 60);
}

/** A picture of one point. */
const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

async function people({ url }: RunningPlatform, { blog, administrator }: Clients): Promise<void> {
  const author = await blog.register();
  const uploaded = await fetch(`${url}/blog/api/media`, {
    method: 'POST',
    headers: { authorization: `Bearer ${author.token}`, 'content-type': 'application/octet-stream' },
    body: Buffer.from(dot, 'base64'),
  });
  if (uploaded.status !== 201) throw new Error(`the picture was answered with ${uploaded.status}`);
  for (let n = 0; n < 8; n++)
    await blog.call('POST', '/api/login', { body: { username: author.name, password: 'mistyped it' } });
  // Its name leads nowhere.
  const webhook = { url: 'https://receiver.example/', events: ['dev.dormouse.post.published.v1'] };
  const { id } = (await administrator<{ id: number }>('POST', '/api/webhooks', { body: webhook })).body;
  const published = await author.write({ title: 'On rivers', category_name: 'Rivers' });
  const draft = await author.write({ title: 'On lakes', category_name: 'Rivers', status: 'draft' });
  await author.call('PATCH', `/blog/api/posts/${draft.id}`, { body: { status: 'published' } });
  for (const path of ['/blog/', `/blog/posts/${published.slug}`, '/blog/'])
    for (let n = 0; n < 5; n++) await blog.call('GET', path);
  for (let n = 0; n < 10; n++)
    for (const word of ['rivers', 'nowhere']) await blog.call('GET', `/blog/api/search?q=${word}`);
  for (let n = 0; n < 3; n++) {
    const said = await blog.call<{ id: number }>('POST', `/blog/api/posts/${published.id}/comments`, {
      body: { content: `On rivers, ${n}`, name: 'Grace' },
    });
    await administrator('PATCH', `/blog/api/comments/${said.body.id}`, { body: { status: 'published' } });
  }
  await administrator('PATCH', `/blog/api/categories/${published.category.id}`, { body: { name: 'Streams' } });
  const sent = async () =>
    (await administrator<{ attempts: unknown[] }[]>('GET', `/api/webhooks/${id}/deliveries`)).body;
  await eventually(sent, (all) => all.some(({ attempts }) => attempts.length > 0));
  await blog.call('POST', '/api/password-resets', { body: { email: `${author.name}@example.org` } });
  await administrator('DELETE', `/api/webhooks/${id}`);
}

/** One comes thrice, one was forged, and one can never be handled. */
async function eventsAgain(
  platform: RunningPlatform,
  { journal }: Clients,
  send: ReturnType<typeof sending>,
): Promise<void> {
  const [known] = await eventually(
    () => journal.events({ type: created }),
    (found) => found.length > 0,
  );
  const { attributes, data } = await journal.event(known!.position);
  for (let n = 0; n < 2; n++) await send({ ...attributes, type: created, data });
  await send({ ...attributes, id: 'forged', type: created, data });
  await sendUnreadable(platform);
  await eventually(
    () => journal.deadLetters({ subject: 'post/nine' }),
    (found) => found.length > 0,
  );
}

/** Readers go on; writers wait for a table, and others for the connections that they hold. */
async function slowStatements({ home }: RunningPlatform, { blog }: Clients): Promise<void> {
  const author = await blog.register();
  const sql = database(home);
  const write = (n: number) =>
    author.call('POST', '/blog/api/posts', { body: { title: `Late ${n}`, content: 'x', category_name: 'Trials' } });
  const writing: Promise<unknown>[] = [];
  await sql.begin(async (tx) => {
    await tx`LOCK TABLE posts.posts IN EXCLUSIVE MODE`;
    for (let n = 0; n < 60; n++, await sleep(100)) writing.push(write(n));
  });
  await Promise.allSettled(writing);
  await sql.end();
}

async function databaseDies(platform: RunningPlatform): Promise<void> {
  for (const until = Date.now() + 5000; Date.now() < until; await sleep(100)) killDatabase(platform);
  await eventually(
    () => fetch(`${platform.url}/blog/api/posts?limit=99`),
    ({ status }) => status === 200,
  );
}

/** The Broker cannot store what it is sent, until the relay has seen what waits. */
async function brokenDisk(platform: RunningPlatform): Promise<void> {
  platform.tell({ state: 'full' });
  await sleep(75_000);
  platform.tell({ state: 'well' });
}
