import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Hono } from 'hono';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { StoredEvent } from './cloudevent.ts';
import { type RawEvent, readEvents } from './read-events.ts';
import { httpSend } from './send.ts';
import { batchText, binaryHeaders } from './write-event.ts';

const event: StoredEvent = {
  id: '1',
  type: 'dev.dormouse.x.v1',
  source: '/x',
  subject: 'x/1',
  time: '2026-01-01T00:00:00Z',
  data: '{}',
};
const seen: (string | undefined)[] = [];
/** Bodies of batches, as ids; of single events, their id. */
const bodies: string[][] = [];
const traceparents: string[] = [];
/** How the broker answers a single event, and a batch. */
let answers: { accepts?: string; batch: number; single: number };
const batchType = 'application/cloudevents-batch+json';
const broker = createServer(async (request, response) => {
  seen.push(request.headers.authorization);
  traceparents.push(String(request.headers.traceparent));
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const isBatch = request.headers['content-type'] === batchType;
  bodies.push(
    isBatch
      ? (JSON.parse(Buffer.concat(chunks).toString()) as { id: string }[]).map(({ id }) => id)
      : [String(request.headers['ce-id'])],
  );
  const { accepts, batch, single } = answers;
  response.writeHead(isBatch ? batch : single, accepts ? { 'accept-post': accepts } : {}).end();
});
const folder = mkdtempSync(join(tmpdir(), 'sink-'));
const tokenFile = join(folder, 'token');
let sink: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => broker.listen(0, '127.0.0.1', resolve));
  sink = `http://127.0.0.1:${(broker.address() as AddressInfo).port}`;
});
beforeEach(() => {
  for (const list of [seen, bodies, traceparents]) list.splice(0);
  answers = { batch: 202, single: 202 };
});
afterAll(() => {
  broker.close();
  rmSync(folder, { recursive: true });
});

test('a Broker that wants to know who sends gets the token that is in the file now', async () => {
  const send = httpSend(sink, { tokenFile });
  for (const token of ['one', 'two']) {
    writeFileSync(tokenFile, token);
    await send(event);
  }
  expect(seen).toEqual(['Bearer one', 'Bearer two']);
});

test('without a file nothing is shown', async () => {
  await httpSend(sink)(event);
  expect(seen).toEqual([undefined]);
});

test('a token that cannot be read leaves the event unsent', async () => {
  rmSync(tokenFile, { force: true });
  await expect(httpSend(sink, { tokenFile })(event)).rejects.toThrow('ENOENT');
  expect(seen).toEqual([]);
});

describe('several events', () => {
  const events = (...ids: number[]) => ids.map((n) => ({ ...event, id: String(n), subject: `x/${n}` }));
  const asks = `${batchType}, */*`;
  /** A sender to whom the broker has said that it takes batches. */
  const asked = async () => {
    answers.accepts = asks;
    const send = httpSend(sink);
    await send(event);
    bodies.splice(0);
    return send;
  };

  test('are nothing for a Broker that does not ask for them', async () => {
    const send = httpSend(sink);
    expect(send.all).toBeUndefined();
    await send(event);
    expect(send.all).toBeUndefined();
  });

  test('go in one request to one that does, with those that come while another is under way', async () => {
    const send = await asked();
    await Promise.all([send.all?.(events(1, 2)), send.all?.(events(3, 4)), send.all?.(events(5))]);
    expect(bodies).toEqual([
      ['1', '2'],
      ['3', '4', '5'],
    ]);
  });

  test('go one by one where the batch is refused, from then on', async () => {
    const send = await asked();
    answers.batch = 415;
    await Promise.all([send.all?.(events(1, 2)), send.all?.(events(3, 4))]);
    expect(bodies.map(String)).toEqual(['1,2', '1', '2', '3,4', '3', '4']);
    expect(send.all).toBeUndefined();
    await send(event);
    expect(send.all).toBeUndefined();
  });

  test('of which one is refused alone are otherwise sent, and the next ones as a batch again', async () => {
    const send = await asked();
    answers = { ...answers, batch: 400, single: 400 };
    await expect(send.all?.(events(1, 2))).rejects.toThrow('the broker answered 400');
    expect(send.all).toBeDefined();
  });

  test.each([503, 429])('are not stored when the answer is %i, and not tried alone', async (batch) => {
    const send = await asked();
    answers.batch = batch;
    await expect(send.all?.(events(1, 2))).rejects.toThrow(`the broker answered ${batch}`);
    expect(bodies).toEqual([['1', '2']]);
  });

  test('go in more than one request where they are more than a Broker reads', async () => {
    const send = await asked();
    const large = events(1, 2, 3, 4).map((each) => ({ ...each, data: JSON.stringify('한'.repeat(60_000)) }));
    await Promise.all([send.all?.(events(0)), ...large.map((each) => send.all?.([each]))]);
    expect(bodies.map(String)).toEqual(['0', '1,2', '3,4']);
  });

  test('are sent in the trace of the first that is sampled', async () => {
    const send = await asked();
    traceparents.splice(0);
    const traces = ['a', 'b'].map((digit, sampled) => `00-${digit.repeat(32)}-${digit.repeat(16)}-0${sampled}`);
    const [one, two] = events(1, 2).map((each, i) => ({ ...each, traceparent: traces[i] as string }));
    await Promise.all([send.all?.(events(0)), send.all?.([one!]), send.all?.([two!])]);
    expect(traceparents[1]).toMatch(/^00-b{32}-/);
  });
});

test('law: an event reads the same alone and in a batch', async () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).map((some) => `x${some.toWellFormed()}`);
  const printable = text.filter((some) => !/[\u0000-\u001f\u007f-\u009f]/.test(some));
  const stored = fc.record({
    id: printable,
    type: fc.constant('dev.dormouse.x.v1'),
    source: fc.constant('/x'),
    subject: printable,
    time: fc.constant('2026-01-01T00:00:00.123Z'),
    data: fc.json(),
    traceparent: fc.option(fc.constant(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`), { nil: null }),
    dssematerial: fc.option(fc.base64String({ minLength: 4 }), { nil: null }),
  });
  const read = async (headers: Record<string, string>, body: string) => {
    const app = new Hono();
    let events: unknown[] = [];
    app.post('/', async (c) => {
      events = await readEvents(c);
      return c.body(null, 204);
    });
    const { status } = await app.request('/', { method: 'POST', headers, body });
    expect(status).toBe(204);
    return events;
  };
  await fc.assert(
    fc.asyncProperty(fc.array(stored, { minLength: 1, maxLength: 3 }), async (all) => {
      const alone = await Promise.all(all.map(async (each) => (await read(binaryHeaders(each), each.data))[0]));
      const together = await read({ 'content-type': batchType }, batchText(all));
      const compared = (events: unknown[]) => (events as RawEvent[]).map(({ dataText: _, ...others }) => others);
      expect(compared(together)).toEqual(compared(alone));
    }),
    { numRuns: 25 },
  );
});
