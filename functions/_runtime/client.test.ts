import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { callService } from './client.ts';
import { exchange } from './http.ts';
import { onSpan, type Span } from './spans.fixture.ts';
import { childOf, runInTrace } from './trace.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
  onSpan(undefined);
});
async function server(listener: RequestListener): Promise<string> {
  const made = createServer(listener);
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  closing.push(() => made.close().closeAllConnections());
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
}

test('a call carries the trace as a client span and gives back the answer, 404 included', async () => {
  const spans: Span[] = [];
  onSpan((span) => spans.push(span));
  let seen: string | undefined;
  const url = await server((request, response) => {
    seen = request.headers.traceparent as string;
    response
      .writeHead(404, { 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] })
      .end('{"code":"not_found"}');
  });
  const trace = childOf(undefined, true);
  const received = await runInTrace(trace, () => callService(`${url}/users/x`));
  expect([received.status, await received.json(), received.headers.getSetCookie()]).toEqual([
    404,
    { code: 'not_found' },
    ['a=1', 'b=2'],
  ]);
  expect(spans).toMatchObject([
    { name: 'GET', kind: 'client', parentId: trace.spanId, attributes: { 'http.response.status_code': 404 } },
  ]);
  expect(seen).toBe(`00-${trace.traceId}-${spans[0]?.spanId}-01`);
});

test.each([
  ['answers 500', (url: string) => `${url}/500`],
  ['does not answer in time', (url: string) => `${url}/never`],
  ['is not there', () => 'http://127.0.0.1:1/'],
])('a function that %s is 503 to the caller', async (_, at) => {
  const url = await server(
    (request, response) => void (request.url === '/500' && response.writeHead(500).end('secret')),
  );
  await expect(callService(at(url), { timeoutMs: 100 })).rejects.toMatchObject({
    code: 'unavailable',
    headers: { 'retry-after': '1' },
  });
});

/** Answers 502 as often as is said, then 200, and counts. */
async function restarting(times: number) {
  const asked = { times: 0 };
  const url = await server((_, response) => void response.writeHead(++asked.times > times ? 200 : 502).end());
  return { asked, url };
}

test.each(['GET', 'HEAD'])('%s is sent again while a container restarts behind its proxy', async (method) => {
  const spans: Span[] = [];
  onSpan((span) => spans.push(span));
  const { asked, url } = await restarting(2);
  const { status } = await runInTrace(childOf(undefined, true), () => callService(url, { method }));
  expect([status, asked.times]).toEqual([200, 3]);
  expect(spans).toMatchObject([{ attributes: { 'http.response.status_code': 200, 'http.request.resend_count': 2 } }]);
});

test('GET is sent three times at most', async () => {
  const { asked, url } = await restarting(9);
  await expect(callService(url)).rejects.toMatchObject({ code: 'unavailable' });
  expect(asked.times).toBe(3);
});

test.each(['POST', 'PATCH', 'PUT', 'DELETE'])('%s is sent once: it may have had an effect', async (method) => {
  const { asked, url } = await restarting(1);
  await expect(callService(url, { method })).rejects.toMatchObject({ code: 'unavailable' });
  expect(asked.times).toBe(1);
});

test('a kept connection that the other side has closed is replaced without anybody noticing, unless that could do a thing twice', async () => {
  let requests = 0;
  const url = await server((request, response) => {
    if (++requests === 2) request.socket.destroy();
    else response.end('ok');
  });
  await exchange(url);
  expect((await exchange(url)).body.toString()).toBe('ok');
  expect(requests).toBe(3);
  requests = 1;
  await expect(exchange(url, { method: 'POST', body: 'pay' })).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(requests).toBe(2);
});

test('a redirect is an answer: nobody is led elsewhere', async () => {
  let followed = false;
  const elsewhere = await server((_, response) => {
    followed = true;
    response.end();
  });
  const url = await server((_, response) => response.writeHead(302, { location: elsewhere }).end());
  expect((await callService(url)).status).toBe(302);
  expect(followed).toBe(false);
});

test('an answer that is too large is cut off', async () => {
  const url = await server((_, response) => response.end('x'.repeat(10_000)));
  await expect(exchange(url, { maxBytes: 1000 })).rejects.toMatchObject({ code: 'ETOOLARGE' });
});
