import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, bench } from '@dormouse/eventing/broker.fixture';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startConsole } from './console.ts';
import { createOperations, type Operations } from './operations.ts';
import { deadLetter, missingEvent, type OperatorApi, operatorApi } from './operator-api.fixture.ts';

let folder: string;
let api: OperatorApi;
let b: Bench;
let operations: Operations;
let console_: { url: string; close(): Promise<void> };
const accessToken = { value: 's'.repeat(43), file: '/home/me/.dormouse/access-token' };
let there = true;
let now = 0;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dormouse-operations-'));
  writeFileSync(join(folder, 'token.mjs'), "console.log('token-of-' + process.argv[2] + '-' + process.pid);");
  there = true;
  now = 0;
  api = await operatorApi([
    deadLetter(3),
    deadLetter(2, { status: null, cause: 'no answer within 30 s', body: null }),
    deadLetter(1, { state: 'redriven', redrives: 2 }),
  ]);
  b = await bench({ triggers: [] });
  operations = createOperations({
    recipe: () => (there ? { api: '/api/operations', token: join(folder, 'token.mjs'), secret: 'keys' } : undefined),
    url: api.url,
    secrets: '/secrets',
    root: folder,
    triggers: () => [{ name: 'counts', namespace: 'dormouse' }],
    now: () => now,
  });
  console_ = await startConsole({
    host: '127.0.0.1',
    port: 0,
    services: () => [],
    routes: () => [],
    brokers: b.brokers,
    telemetry: b.telemetry,
    operations,
  });
});
afterEach(async () => {
  await console_.close();
  await api.close();
  await b.close();
  rmSync(folder, { recursive: true, force: true });
});

const page = async (path: string) => {
  const response = await fetch(console_.url + path);
  return { status: response.status, text: await response.text() };
};
/** Sends a form as a browser does that shows one of the console's pages. */
const send = async (
  path: string,
  fields: [string, string][],
  { headers = {}, token }: { headers?: Record<string, string>; token?: string } = {},
) => {
  const given = token ?? /name="token" value="([^"]+)"/.exec((await page('/replay')).text)?.[1] ?? '';
  const body = new URLSearchParams([['token', given], ...fields]);
  const response = await fetch(console_.url + path, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: console_.url, 'sec-fetch-site': 'same-origin', ...headers },
    body,
  });
  return { status: response.status, location: response.headers.get('location'), text: await response.text() };
};
const begun = () =>
  api.asked.filter(({ what, body }) => what.startsWith('POST') && !(body as { dry_run?: boolean }).dry_run);

describe('the operators’ API', () => {
  test('is asked with a token that is printed for it, and anew after some minutes', async () => {
    await Promise.all([operations.call('GET', '/events'), operations.call('GET', '/events')]);
    now = 5 * 60_000;
    await operations.call('GET', '/events');
    const [first, second, third] = api.asked.map(({ authorization }) => authorization);
    expect(first).toMatch(/^Bearer token-of-\/secrets\/keys-\d+$/);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(api.asked[0]?.what).toBe('GET /api/operations/events');
  });

  test('is a problem in words when it rejects, and when it is not there', async () => {
    expect(await operations.call('POST', '/replays', { trigger: 'nobody' })).toEqual({
      status: 422,
      problem: 'Invalid trigger: is not there.',
    });
    await api.close();
    expect(await operations.call('GET', '/events')).toMatchObject({
      status: 502,
      problem: expect.stringContaining('/api/operations does not answer: '),
    });
    there = false;
    expect(await operations.call('GET', '/events')).toMatchObject({ status: 404 });
  });
});

test('the page of an event offers its dead letters only where there are some', async () => {
  await b.send({ id: 'heard-by-nobody', type: 'unheard', traceparent: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01` });
  const { text } = await page('/events/heard-by-nobody');
  expect(text).toContain(`/traces/${'c'.repeat(32)}`);
  expect(text).not.toContain('Its dead letters');
});

describe('the pages of dead letters', () => {
  test('list those that are open, with trigger and cause', async () => {
    const { text } = await page('/dead-letters');
    expect(text).toContain('2 open');
    expect(text).toContain('HTTP 400: the data is not wanted');
    expect(text).toContain('href="/dead-letters/3"');
    expect(text).not.toContain('href="/dead-letters/1"');
  });

  test('narrow the list, keep what was asked in the form, and go on where it ended', async () => {
    api.deadLetters = Array.from({ length: 60 }, (_, index) => deadLetter(100 - index));
    const { text } = await page('/dead-letters?state=all&type=dev.example.wanted.v1&trigger=stranger-wanted');
    expect(api.asked.at(-1)?.what).toBe(
      'GET /api/operations/dead-letters?state=all&limit=50&trigger=stranger-wanted&type=dev.example.wanted.v1',
    );
    expect(text).toContain('name="type" size="26" value="dev.example.wanted.v1"');
    expect(text).toContain('the newest 50');
    const next = /href="(\/dead-letters\?[^"]*after=50)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    expect((await page(next!)).text).toContain('href="/dead-letters/50"');
  });

  test('show one with its cause, answer, data and headers, all of it escaped', async () => {
    const { text } = await page('/dead-letters/3');
    for (const shown of [
      'HTTP 400: the data is not wanted',
      '&lt;script&gt;',
      '&quot;n&quot;: 3',
      'user-agent',
      `/traces/${'a'.repeat(32)}`,
      '/events/event-3',
    ])
      expect(text).toContain(shown);
    expect(text).not.toContain('<script>alert');
    expect((await page('/dead-letters/1')).text).not.toContain('Redrive…');
    expect((await page('/dead-letters?state=redriven')).text).not.toContain('type="checkbox"');
    expect((await page('/dead-letters/99')).status).toBe(404);
    expect((await page('/dead-letters/..%2Fevents')).status).toBe(404);
  });

  test('say so when no function keeps any, and leave the broker’s own list alone', async () => {
    there = false;
    for (const path of ['/dead-letters', '/replay'])
      expect(await page(path)).toMatchObject({ status: 200, text: expect.stringContaining('No function here keeps') });
    expect((await page('/undeliverable')).text).toContain('Undeliverable events');
    there = true;
    api.failure = { status: 503, body: '{"detail":"no database today"}' };
    expect(await page('/dead-letters')).toMatchObject({
      status: 502,
      text: expect.stringContaining('no database today'),
    });
  });
});

describe('the page of missing events', () => {
  test('shows what each Trigger’s consumer has not got, or why it is not compared, and the last answers as text', async () => {
    api.missing.push(missingEvent(7));
    Object.assign(api.triggers[0]!, { missing: 1 });
    const { text } = await page('/missing');
    expect(text).toContain('1 event');
    expect(text).toContain('its consumer keeps no inbox');
    expect(text).toContain('thing/7');
    expect(text).toContain('answered 503: &lt;b&gt;not now&lt;/b&gt;');
  });

  test('has what is missing sent', async () => {
    api.missing.push(missingEvent(7));
    expect(await send('/missing/reconcile', [])).toMatchObject({ status: 303, location: '/missing' });
    expect(begun()).toMatchObject([{ what: 'POST /api/operations/reconciliations', body: {} }]);
    expect((await page('/missing')).text).toContain('none');
  });

  test('says what is wrong when nothing answers there', async () => {
    there = false;
    expect((await page('/missing')).text).toContain('No function here keeps events and dead letters');
  });
});

describe('dismissing', () => {
  test('wants a reason, and shows it from then on', async () => {
    expect((await page('/dead-letters/3')).text).toContain('action="/dead-letters/3/dismiss"');
    expect((await send('/dead-letters/3/dismiss', [['reason', '  ']])).text).toContain('Say why');
    const sent = await send('/dead-letters/3/dismiss', [['reason', 'sent <by> hand']]);
    expect(sent).toMatchObject({ status: 303, location: '/dead-letters/3' });
    const { text } = await page('/dead-letters/3');
    expect(text).toContain('by olga: sent &lt;by&gt; hand');
    expect(text).not.toContain('/dismiss"');
    expect((await page('/dead-letters?state=dismissed')).text).toContain('1 dismissed');
  });

  test('says why it cannot be', async () => {
    expect((await send('/dead-letters/1/dismiss', [['reason', 'x']])).text).toContain('It is redriven already.');
    expect((await send('/dead-letters/x/dismiss', [['reason', 'x']])).status).toBe(405);
  });
});

describe('a redrive', () => {
  test('of those ticked is counted, confirmed, begun and followed', async () => {
    const asked = await send('/dead-letters/confirm', [
      ['what', 'chosen'],
      ['number', '3'],
      ['number', '2'],
    ]);
    expect(asked.text).toContain('Redrive 2 dead letters?');
    expect(begun()).toEqual([]);
    const sent = await send(
      '/dead-letters/redrive',
      [...asked.text.matchAll(/type="hidden" name="(what|number)" value="(\w+)"/g)].map(([, name, value]) => [
        name!,
        value!,
      ]),
    );
    expect(begun()).toMatchObject([{ what: 'POST /api/operations/redrives', body: { numbers: [3, 2] } }]);
    expect(sent).toMatchObject({ status: 303, location: '/redrives/redrive-2' });
    const running = (await page(sent.location!)).text;
    expect(running).toContain('<progress max="2" value="1"');
    expect(running).toContain('<noscript><meta http-equiv="refresh" content="2"></noscript>');
    const over = (await page(sent.location!)).text;
    expect(over).toContain('2 events sent');
    expect(over).not.toContain('http-equiv');
  });

  test('of all that a filter lets pass sends the filter, of all without one says all', async () => {
    const list = (await page('/dead-letters?trigger=stranger-wanted')).text;
    expect(list).toContain('Redrive all that match');
    await send('/dead-letters/redrive', [
      ['what', 'all'],
      ['trigger', 'stranger-wanted'],
    ]);
    await send('/dead-letters/redrive', [['what', 'all']]);
    expect(begun().map(({ body }) => body)).toEqual([{ filter: { trigger: 'stranger-wanted' } }, { all: true }]);
  });

  test('of a trace’s dead letters takes those alone: never more than was seen', async () => {
    expect((await page(`/dead-letters?trace=${'a'.repeat(32)}`)).text).toContain('Redrive all that match');
    await send('/dead-letters/redrive', [
      ['what', 'all'],
      ['trace', 'a'.repeat(32)],
    ]);
    expect(begun().map(({ body }) => body)).toEqual([{ filter: { trace: 'a'.repeat(32) } }]);
  });

  test('can be stopped', async () => {
    await send('/dead-letters/redrive', [['what', 'all']]);
    expect((await page('/redrives/redrive-1')).text).toContain('action="/redrives/redrive-1/cancel"');
    expect(await send('/redrives/redrive-1/cancel', [])).toMatchObject({
      status: 303,
      location: '/redrives/redrive-1',
    });
    expect(api.asked.at(-1)?.what).toBe('DELETE /api/operations/redrives/redrive-1');
  });

  test('of nothing is rejected', async () => {
    expect(await send('/dead-letters/confirm', [['what', 'chosen']])).toMatchObject({
      status: 422,
      text: expect.stringContaining('Tick the dead letters'),
    });
    expect(
      (
        await send('/dead-letters/confirm', [
          ['what', 'chosen'],
          ['number', '1'],
        ])
      ).text,
    ).toContain('Nothing to redrive');
  });
});

describe('a replay', () => {
  const range: [string, string][] = [
    ['from', '2026-01-31T09:00:00'],
    ['to', '2026-01-31T10:00:00'],
  ];

  test('is counted first, then begun, followed and stopped', async () => {
    expect((await page('/replay')).text).toContain('<option>counts</option>');
    const counted = await send('/replays', [['trigger', 'counts'], ...range]);
    expect(counted).toMatchObject({ status: 303, location: '/replays/replay-1' });
    expect(api.asked.at(-1)?.body).toEqual({
      trigger: 'counts',
      from: new Date('2026-01-31T09:00:00').toISOString(),
      to: new Date('2026-01-31T10:00:00').toISOString(),
      dry_run: true,
    });
    expect(begun()).toEqual([]);
    const shown = (await page(counted.location!)).text;
    expect(shown).toContain('3 events would be sent');
    const fields = [...shown.matchAll(/type="hidden" name="(trigger|from|to)" value="([^"]+)"/g)].map(
      ([, name, value]): [string, string] => [name!, value!],
    );
    const started = await send('/replays', [...fields, ['start', 'now']]);
    expect(begun()).toMatchObject([{ body: { trigger: 'counts', dry_run: false } }]);
    expect((await page(started.location!)).text).toContain('action="/replays/replay-2/cancel"');
    expect(await send('/replays/replay-2/cancel', [])).toMatchObject({ status: 303, location: '/replays/replay-2' });
    expect((await page('/replays/replay-2')).text).toContain('<small>cancelled</small>');
    expect((await page('/replays/none')).status).toBe(404);
  });

  test('of what makes no sense shows the form again with the reason', async () => {
    const wrong = await send('/replays', [
      ['trigger', 'counts'],
      ['from', 'yesterday'],
      ['to', '2026-01-31T10:00:00'],
    ]);
    expect(wrong).toMatchObject({ status: 422, text: expect.stringContaining('role="alert"') });
    expect((await send('/replays', [['trigger', 'nobody'], ...range])).text).toContain('trigger: is not there');
  });
});

describe('a form that changes something', () => {
  let guarded: { url: string; close(): Promise<void> };
  let open: { url: string; close(): Promise<void> };
  beforeEach(async () => {
    const sources = { services: () => [], routes: () => [], brokers: b.brokers, telemetry: b.telemetry, operations };
    guarded = await startConsole({ host: '127.0.0.1', port: 0, ...sources, accessToken });
    open = console_;
    console_ = guarded;
  });
  afterEach(() => open.close());

  const filter: [string, string][] = [
    ['what', 'all'],
    ['trigger', '<i>stranger'],
  ];

  test('asks for the secret first, repeats what it said, and then does it', async () => {
    const asked = await send('/dead-letters/redrive', filter);
    expect(asked.status).toBe(401);
    expect(asked.text).toContain('action="/dead-letters/redrive"');
    expect(asked.text).toContain('name="trigger" value="&lt;i&gt;stranger"');
    expect(asked.text).toContain(accessToken.file);
    expect(asked.text).not.toContain(accessToken.value);
    expect(begun()).toEqual([]);
    const done = await send('/dead-letters/redrive', [...filter, ['secret', accessToken.value]]);
    expect(done).toMatchObject({ status: 303, location: '/redrives/redrive-1' });
    expect(begun().map(({ body }) => body)).toEqual([{ filter: { trigger: '<i>stranger' } }]);
  });

  test.each(['', 'x', 'S'.repeat(43)])('does nothing with the secret %j, which is another', async (secret) => {
    const asked = await send('/dead-letters/redrive', [...filter, ['secret', secret]]);
    expect(asked).toMatchObject({ status: 403, text: expect.stringContaining('role="alert"') });
    expect(begun()).toEqual([]);
  });

  test('is one that sends or stops, not one that counts', async () => {
    const range: [string, string][] = [
      ['trigger', 'counts'],
      ['from', '2026-01-31T09:00:00'],
      ['to', '2026-01-31T10:00:00'],
    ];
    expect((await send('/dead-letters/confirm', [['what', 'all']])).status).toBe(200);
    expect((await send('/replays', range)).status).toBe(303);
    expect((await send('/replays', [...range, ['start', 'now']])).status).toBe(401);
    expect((await send('/replays/replay-1/cancel', [])).status).toBe(401);
    expect(api.asked.filter(({ what }) => what.startsWith('DELETE'))).toEqual([]);
  });
});

describe('a form', () => {
  const all: [string, string][] = [['what', 'all']];

  test.each([
    ['another site’s origin', { origin: 'http://evil.example' }, 403],
    ['an origin that is hidden', { origin: 'null' }, 403],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }, 403],
    ['a cross-site fetch', { 'sec-fetch-site': 'cross-site' }, 403],
    ['the same site on another port', { 'sec-fetch-site': 'same-site' }, 403],
    ['another type, which needs no permission across sites', { 'content-type': 'text/plain' }, 415],
  ])('from %s changes nothing', async (_, headers, status) => {
    expect((await send('/dead-letters/redrive', all, { headers })).status).toBe(status);
    expect(begun()).toEqual([]);
  });

  test('without the token that only a page of the console holds changes nothing', async () => {
    for (const token of ['', 'x', 'A'.repeat(43)])
      expect((await send('/dead-letters/redrive', all, { token })).status).toBe(403);
    expect(begun()).toEqual([]);
  });

  test('that is larger than any of ours is not read to its end', async () => {
    expect((await send('/dead-letters/redrive', [['what', 'x'.repeat(70_000)]])).status).toBe(413);
  });

  test('for a name that is not this machine’s changes nothing, whatever it holds', async () => {
    const token = /name="token" value="([^"]+)"/.exec((await page('/replay')).text)![1]!;
    const status = await new Promise((done, failed) =>
      request(
        `${console_.url}/dead-letters/redrive`,
        { method: 'POST', headers: { host: 'evil.example', origin: 'http://evil.example' } },
        (response) => done(response.statusCode),
      )
        .on('error', failed)
        .end(`token=${token}&what=all`),
    );
    expect(status).toBe(421);
    expect(begun()).toEqual([]);
  });

  test('is taken where the pages send them, and nowhere else', async () => {
    expect((await send('/dead-letters/redrive', all)).status).toBe(303);
    for (const path of ['/dead-letters', '/undeliverable', '/api/events', '/replays/x/other'])
      expect((await send(path, all)).status).toBe(405);
  });
});
