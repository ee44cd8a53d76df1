import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { virtualClock } from '@dormouse/time/virtual-clock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AlertGroup } from './notifications.ts';
import { shownAddress, type WebhookOptions, webhook } from './webhook.ts';

let server: Server;
let url: string;
let requests: { headers: IncomingMessage['headers']; path: string; body: object }[];
/** What each request is answered, the last one also later ones. */
let answers: ((response: ServerResponse) => void)[];

beforeEach(async () => {
  requests = [];
  answers = [(response) => response.end()];
  server = createServer(async (request, response) => {
    requests.push({
      headers: request.headers,
      path: `${request.method} ${request.url}`,
      body: (await json(request)) as object,
    });
    (answers.length > 1 ? answers.shift() : answers[0])?.(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/?key=secret`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const status = (code: number) => (response: ServerResponse) => response.writeHead(code).end();
const startsAtMs = Date.parse('2026-01-01T00:00:00Z');
const group: AlertGroup = {
  key: '{}/{receiver="page"}:{alertname="Down"}',
  receiver: 'page',
  labels: { alertname: 'Down' },
  alerts: [
    { labels: { alertname: 'Down', n: '1' }, annotations: { summary: 'one', runbook_url: 'r' }, startsAtMs },
    {
      labels: { alertname: 'Down', n: '2' },
      ...{ annotations: { summary: 'two', runbook_url: 'r' }, startsAtMs, endsAtMs: startsAtMs + 60_000 },
    },
  ],
};

/** Tells it, and lets pass the time between attempts. */
async function tell(of = group, to = url, more: Partial<WebhookOptions> = {}): Promise<void> {
  const clock = virtualClock();
  let over = false;
  const telling = webhook({ url: to, externalUrl: 'http://console/alerts', clock, ...more })(of).finally(() => {
    over = true;
  });
  telling.catch(() => {});
  while (!over) await clock.advance(1_000);
  return telling;
}

test('a group is posted as Alertmanager posts it', async () => {
  await tell();
  expect(requests).toMatchObject([{ path: 'POST /hook/?key=secret', headers: { 'content-type': 'application/json' } }]);
  expect(requests[0]?.body).toEqual({
    version: '4',
    groupKey: '{}/{receiver="page"}:{alertname="Down"}',
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'page',
    groupLabels: { alertname: 'Down' },
    commonLabels: { alertname: 'Down' },
    commonAnnotations: { runbook_url: 'r' },
    externalURL: 'http://console/alerts',
    alerts: [
      {
        status: 'firing',
        labels: { alertname: 'Down', n: '1' },
        annotations: { summary: 'one', runbook_url: 'r' },
        startsAt: '2026-01-01T00:00:00.000Z',
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: 'http://console/alerts#Down',
        fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      },
      expect.objectContaining({ status: 'resolved', endsAt: '2026-01-01T00:01:00.000Z' }),
    ],
  });
});

test('a group of which nothing fires any more is resolved; many alerts are counted', async () => {
  const ended = { labels: {}, annotations: {}, startsAtMs, endsAtMs: startsAtMs };
  await tell({ ...group, alerts: Array.from({ length: 101 }, () => ended) });
  expect(requests[0]?.body).toMatchObject({ status: 'resolved', truncatedAlerts: 1, alerts: { length: 100 } });
});

test('503 and 429 are worth two more attempts, 400 none, a redirection leads nowhere', async () => {
  answers = [status(503), status(429), status(200)];
  await tell();
  expect(requests).toHaveLength(3);
  answers = [status(503)];
  await expect(tell()).rejects.toThrow('it answered 503');
  expect(requests).toHaveLength(6);
  answers = [status(400)];
  await expect(tell()).rejects.toThrow('it answered 400');
  answers = [(response) => response.writeHead(302, { location: url }).end()];
  await expect(tell()).rejects.toThrow('it answered 302');
  expect(requests).toHaveLength(8);
});

test('a receiver that hangs is given up each time', async () => {
  let attempts = 0;
  const hanging: typeof fetch = (_, { signal } = {}) =>
    new Promise((_, reject) => {
      attempts++;
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
  await expect(tell(group, url, { deadlineMs: 50, fetch: hanging })).rejects.toThrow('no answer within 0.05 s');
  expect(attempts).toBe(3);
});

test('nobody there is said with its code, and not with the address', async () => {
  await new Promise((resolve) => server.close(resolve));
  await expect(tell()).rejects.toThrow(/^ECONNREFUSED$/);
});

test('a name and a password in the address are sent as such, and not shown', async () => {
  const named = url.replace('http://', 'http://me:p%40ss@');
  await tell(group, named);
  expect(requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  expect(shownAddress(named)).toBe(new URL(url).origin);
});
