import { createServer, type Server } from 'node:http';
import { ProblemError } from '@dormouse/http/problem-error';
import { eventually } from '@dormouse/local/platform.fixture';
import { afterEach, describe, expect, it } from 'vitest';
import { Activator } from './activator.ts';
import type { ServingEndpoint, Target } from './exchange.ts';
import { createInstanceConnections } from './instance-connections.ts';
import { maxResponseBytes, type UpstreamRequest } from './upstream.ts';
import { createUpstream } from './upstream-client.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections();
});

async function app(handle: Parameters<typeof createServer>[1]): Promise<number> {
  const server = createServer(handle as never);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  server.unref();
  return (server.address() as { port: number }).port;
}

function endpoint(activator: Activator<ServingEndpoint>, port: number): ServingEndpoint {
  const made: ServingEndpoint = {
    inFlight: 0,
    name: 'posts-1',
    connections: createInstanceConnections(port),
    activator,
    markSuspect: () => activator.remove(made),
  };
  return made;
}

function target(ports: number[], wake: () => ProblemError | undefined = () => undefined): Target {
  const activator = new Activator<ServingEndpoint>({ concurrency: 0, wake });
  for (const port of ports) activator.add(endpoint(activator, port));
  return {
    name: 'posts',
    authority: 'posts.blog.svc.cluster.local',
    timeoutMs: 5_000,
    responseStartTimeoutMs: 5_000,
    activator,
  };
}

const request: UpstreamRequest = {
  method: 'POST',
  path: '/events',
  headers: { 'ce-id': '1' },
  body: Buffer.from('{}'),
  timeoutMs: 2_000,
};
const posts = { kind: 'service', name: 'posts', namespace: 'blog', path: '/events' } as const;
const upstream = (to: Target | undefined, brokerOrigin = '') =>
  createUpstream({ target: () => to, addressOf: (url) => url, brokerOrigin: () => brokerOrigin });

describe('a delivery', () => {
  it('reaches a Service through its activator and brings back the whole answer', async () => {
    const port = await app((incoming, outgoing) => {
      outgoing
        .setHeader('X-Twice', ['a', 'b'])
        .write(`${incoming.method} ${incoming.url} ${incoming.headers.host} ${incoming.headers['ce-id']} `);
      incoming.pipe(outgoing);
    });
    const { status, headers, body } = await upstream(target([port])).request(posts, request);
    expect({ status, twice: headers['x-twice'], body: body.toString() }).toEqual({
      status: 200,
      twice: 'a, b',
      body: 'POST /events posts.blog.svc.cluster.local 1 {}',
    });
  });

  it('keeps the beginning of an answer that goes on and on, from a Service and from elsewhere', async () => {
    const port = await app((_, outgoing) => outgoing.writeHead(200).end('x'.repeat(3 * maxResponseBytes)));
    for (const to of [posts, { kind: 'url', url: `http://127.0.0.1:${port}/` } as const]) {
      const { status, body, cut } = await upstream(target([port])).request(to, request);
      expect([status, body.length, cut]).toEqual([200, maxResponseBytes, true]);
    }
    const exact = await app((_, outgoing) => outgoing.writeHead(200).end('x'.repeat(maxResponseBytes)));
    expect(await upstream(target([exact])).request(posts, request)).not.toHaveProperty('cut');
  });

  it('waits for a new instance when the one there takes no connections any more', async () => {
    const gone = await app(() => {});
    await new Promise((done) => servers.pop()!.close(done));
    const to = target([gone]);
    const onResponse = upstream(to).request(posts, request);
    await eventually(() => to.activator.endpoints.length === 0, 'nobody is sent there any more');
    to.activator.add(endpoint(to.activator, await app((_, outgoing) => outgoing.end('anew'))));
    expect((await onResponse).body.toString()).toBe('anew');
  });

  it('hears 503 from an activator that has nobody', async () => {
    const rejected = target([], () => new ProblemError(503, 'unavailable', 'it crashes', 7));
    expect(await upstream(rejected).request(posts, request)).toMatchObject({
      status: 503,
      headers: { 'retry-after': '7' },
    });
  });

  it('is given up after its time, waiting or answering', async () => {
    const brief = { ...request, timeoutMs: 50 };
    await expect(upstream(target([])).request(posts, brief)).rejects.toMatchObject({ code: 'TIMEOUT' });
    const silent = target([await app(() => {})]);
    await expect(upstream(silent).request(posts, brief)).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(silent.activator.active).toBe(0);
  });

  it('fails with a code when the other side breaks off, is not there, or is unknown', async () => {
    const rude = await app((incoming) => incoming.socket.destroy());
    await expect(upstream(target([rude])).request(posts, request)).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(upstream(undefined).request(posts, request)).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await expect(
      upstream(undefined).request({ kind: 'url', url: 'http://127.0.0.1:1/x' }, request),
    ).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('goes over the network to brokers and other addresses', async () => {
    const port = await app((incoming, outgoing) => outgoing.end(incoming.url));
    const origin = `http://127.0.0.1:${port}`;
    const broker = await upstream(undefined, origin).request(
      { kind: 'broker', name: 'default', namespace: 'blog' },
      request,
    );
    const channel = await upstream(undefined, origin).request(
      { kind: 'channel', name: 'orders', namespace: 'blog' },
      request,
    );
    const other = await upstream(undefined).request(
      { kind: 'url', url: `${origin}/x?y=1` },
      { ...request, path: '/x?y=1' },
    );
    expect([broker, channel, other].map(({ body }) => String(body))).toEqual([
      '/blog/default',
      '/blog/channel:orders',
      '/x?y=1',
    ]);
  });

  it('is given up after its time over the network, too, before the answer and in the middle of it', async () => {
    const silent = await app(() => {});
    const halting = await app((_, outgoing) => void outgoing.writeHead(200, { 'content-length': '10' }).write('half'));
    for (const port of [silent, halting])
      await expect(
        upstream(undefined).request({ kind: 'url', url: `http://127.0.0.1:${port}/` }, { ...request, timeoutMs: 100 }),
      ).rejects.toMatchObject({
        code: 'TIMEOUT',
        message: `http://127.0.0.1:${port}/events did not answer within 100 ms`,
      });
  });
});
