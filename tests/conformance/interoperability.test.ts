import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { CloudEvent, emitterFor, HTTP, httpTransport, Mode } from 'cloudevents';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../needs.ts';
import { localTarget } from './local-target.ts';
import type { Target } from './target.ts';

const run = promisify(execFile);

/** Events as the SDK's own reader understood them. */
const received: CloudEvent<unknown>[] = [];
/** What the SDK could not read. */
const unread: string[] = [];
/** The event that the consumer answers with, once. */
let reply: CloudEvent<unknown> | undefined;

const consumer = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  try {
    const event = HTTP.toEvent<unknown>({ headers: request.headers, body: Buffer.concat(parts).toString() });
    received.push(...([event].flat() as CloudEvent<unknown>[]));
  } catch (error) {
    unread.push((error as Error).message);
  }
  const message = reply && HTTP.binary(reply);
  reply = undefined;
  if (message) response.writeHead(200, message.headers as Record<string, string>).end(message.body);
  else response.writeHead(202).end();
});

let target: Target;
beforeAll(async () => {
  target = await localTarget();
  await new Promise<void>((done) => consumer.listen(0, '127.0.0.1', done));
  await target.subscribe!(`http://127.0.0.1:${(consumer.address() as AddressInfo).port}/`, {});
});
afterAll(async () => {
  consumer.closeAllConnections();
  consumer.close();
  await target.close();
});

/** Sends, and hands back what arrived: `count` events. */
async function through(count: number, sending: () => Promise<unknown>): Promise<CloudEvent<unknown>[]> {
  received.length = 0;
  await sending();
  for (let turn = 0; received.length < count && turn < 1_000; turn++) await target.pass();
  await target.quiet();
  expect(unread).toEqual([]);
  expect(received).toHaveLength(count);
  return received;
}

const made = (more: Partial<CloudEvent<unknown>> = {}) =>
  new CloudEvent<unknown>({
    type: 'com.example.made',
    source: 'https://example.com/made',
    subject: 'one',
    comexample: 'yes',
    data: { text: 'ünï', n: [1, null] },
    ...more,
  });
const known = ({ id, type, source, subject, time, data, comexample }: CloudEvent<unknown>) => ({
  id,
  type,
  source,
  subject,
  time,
  data,
  comexample,
});

describe("the cloudevents SDK's client and server", () => {
  test.each([Mode.BINARY, Mode.STRUCTURED])('send and receive in %s mode', async (mode) => {
    const emit = emitterFor(httpTransport(target.ingress), { mode });
    const event = made();
    const [got] = await through(1, () => emit(event));
    expect(known(got!)).toEqual(known(event));
  });

  test.each([
    ['text', 'text/plain', 'a, "b" – c'],
    ['XML', 'application/xml', '<a b="ü"/>'],
    ['a JSON string', 'application/json', 'just text'],
    ['a list', 'application/json', [1, 'two', { three: 3 }]],
  ])('agree on data that is %s', async (_, datacontenttype, data) => {
    const emit = emitterFor(httpTransport(target.ingress), { mode: Mode.STRUCTURED });
    const [got] = await through(1, () => emit(made({ datacontenttype, data })));
    expect([got?.datacontenttype, got?.data]).toEqual([datacontenttype, data]);
  });

  test('receive each event of a batch', async () => {
    const events = [made({ subject: 'a' }), made({ subject: 'b' })];
    const headers = { 'content-type': 'application/cloudevents-batch+json' };
    const got = await through(2, () =>
      fetch(target.ingress, { method: 'POST', headers, body: JSON.stringify(events) }),
    );
    expect(got.map(known)).toEqual(expect.arrayContaining(events.map(known)));
  });

  test('read an event whose attributes are too long for headers', async () => {
    const emit = emitterFor(httpTransport(target.ingress), { mode: Mode.STRUCTURED });
    const event = made({ long: 'ü'.repeat(20_000) });
    const [got] = await through(1, () => emit(event));
    expect([known(got!), got?.long]).toEqual([known(event), event.long]);
  });

  test('answer with an event that comes back through the broker', async () => {
    reply = made({ type: 'com.example.reply' });
    const response = known(reply);
    const [, got] = await through(2, () => emitterFor(httpTransport(target.ingress))(made()));
    expect(known(got!)).toEqual(response);
  });
});

describe('curl', needs('curl'), () => {
  const curl = async (...args: string[]) =>
    (await run('curl', ['-s', '-o', '/dev/null', '-w', '%{http_code}', ...args, target.ingress])).stdout;
  const event = { specversion: '1.0', id: 'c-1', source: '/curl', type: 'com.example.curl', data: { n: 1 } };

  test('sends in binary mode', async () => {
    const headers = [
      'ce-specversion: 1.0',
      'ce-id: c-1',
      'ce-source: /curl',
      'ce-type: com.example.curl',
      'content-type: application/json',
    ];
    const sent = () =>
      curl(...headers.flatMap((header) => ['-H', header]), '-d', '{"n":1}').then((status) =>
        expect(status).toBe('202'),
      );
    const [got] = await through(1, sent);
    expect([got?.id, got?.data]).toEqual(['c-1', { n: 1 }]);
  });

  test.each([
    ['structured mode', 'application/cloudevents+json; charset=utf-8', event, 1],
    ['a batch', 'application/cloudevents-batch+json', [event, { ...event, id: 'c-2' }], 2],
  ])('sends in %s', async (_, type, body, count) => {
    const sent = () =>
      curl('-H', `content-type: ${type}`, '--data-binary', JSON.stringify(body)).then((status) =>
        expect(status).toBe('202'),
      );
    expect((await through(count, sent)).map(({ data }) => data)).toEqual(Array(count).fill({ n: 1 }));
  });

  test('asks what is allowed, and waits for 100 Continue with a long body', async () => {
    const { stdout } = await run('curl', [
      '-s',
      '-i',
      '-X',
      'OPTIONS',
      '-H',
      'WebHook-Request-Origin: example.org',
      target.ingress,
    ]);
    expect(stdout).toMatch(/^HTTP\/1\.1 200 .*\r\nallow: POST, OPTIONS\r\nwebhook-allowed-origin: \*\r\n/i);
    const body = JSON.stringify({ ...event, data: 'x'.repeat(100_000) });
    const [got] = await through(1, () =>
      curl('-H', 'expect: 100-continue', '-H', 'content-type: application/cloudevents+json', '-d', body),
    );
    expect(got!.data).toHaveLength(100_000);
  });
});
