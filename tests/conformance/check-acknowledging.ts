import { connect } from 'node:net';
import { expect } from 'vitest';
import { accepted, asHeaders, type Check, rejected, type Tools } from './tools.ts';

const options = (t: Tools, headers = {}) => t.post({ method: 'OPTIONS', headers });

const acceptsBinary: Check = async (t) => accepted(await t.send());
const acceptsStructured: Check = async (t) => accepted(await t.structured({ data: { n: 1 } }));
const allowsPost: Check = async (t) => {
  const { status, headers } = await options(t);
  expect(status).toBeLessThan(300);
  expect(headers.allow?.split(/,\s*/)).toContain('POST');
};
const noReservedStatus: Check = async (t) => {
  for (const { status, before } of [await t.send(), await t.structured(), await t.send({ specversion: '0' })]) {
    expect(before).toEqual([]);
    expect([202, 200].includes(status) || status >= 400).toBe(true);
  }
};

/** Writes a request byte by byte as given, and reads what comes back within one connection. */
function raw(url: string, requests: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((done, failed) => {
    const socket = connect(Number(port || 80), hostname);
    let text = '';
    const waiting = [...requests];
    const next = () => {
      const request = waiting.shift();
      if (request === undefined) socket.end();
      else socket.write(request);
    };
    socket.on('connect', next);
    socket.on('data', (bytes) => {
      text += bytes;
      next();
    });
    socket.on('error', failed);
    socket.on('close', () => done(text));
  });
}

const head = (t: Tools, more: string) =>
  `POST ${new URL(t.target.ingress).pathname} HTTP/1.1\r\nhost: ${new URL(t.target.ingress).host}\r\n${Object.entries(
    asHeaders(t.event()),
  )
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}content-type: application/json\r\n${more}\r\n`;

/** What a broker answers to whoever sends it events. */
export const acknowledging: Readonly<Record<string, Check>> = {
  async 'dp.http'(t) {
    accepted(await t.send({}, { chunked: true, headers: { 'transfer-encoding': 'chunked' } }));
    const text = await raw(t.target.ingress, [
      head(t, 'expect: 100-continue\r\ncontent-length: 2\r\n'),
      '{}',
      head(t, 'content-length: 0\r\n'),
    ]);
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 202', 'HTTP/1.1 202']);
  },
  async 'dp.upgrade-ignored'(t) {
    accepted(
      await t.send(
        {},
        {
          headers: {
            connection: 'Upgrade, HTTP2-Settings',
            upgrade: 'h2c',
            'http2-settings': 'AAMAAABkAAQAoAAAAAIAAAAA',
          },
        },
      ),
    );
  },
  'dp.binary-in': acceptsBinary,
  'dp.structured-in': acceptsStructured,
  async 'http.modes'(t) {
    await acceptsBinary(t);
    await acceptsStructured(t);
  },
  'http.json': acceptsStructured,
  'ce.json': acceptsStructured,
  'dp.options-allow': allowsPost,
  'hook.allow': allowsPost,
  async 'dp.status'(t) {
    accepted(await t.send());
    rejected(await t.send({ type: '' }));
  },
  async 'dp.stored-first'(t) {
    const internals = t.internals();
    const before = internals.syncs();
    accepted(await t.send());
    expect(internals.syncs()).toBeGreaterThan(before);
    await internals.withFullDisk(async () => expect((await t.send()).status).toBe(503));
  },
  'dp.reserved': noReservedStatus,
  'hook.no-3xx': noReservedStatus,
  async 'dp.unparsable'(t) {
    const broken = [
      { headers: { 'content-type': 'application/cloudevents+json' }, body: '{"specversion":' },
      { headers: { 'content-type': 'application/cloudevents+json' }, body: '[]' },
      { headers: { 'content-type': 'application/json' }, body: '{}' },
      { headers: { ...asHeaders(t.event()), 'ce-specversion': '9.9' } },
    ];
    for (const message of broken) expect((await t.post(message)).status).toBe(400);
  },
  async 'dp.duplicates'(t) {
    for (const id of ['same', 'same']) accepted(await t.send({ id }));
  },
  'cp.accepts-all': async (t) => {
    accepted(
      await t.send({
        subject: 'a b',
        time: '2026-01-01T00:00:00.123456789+23:59',
        dataschema: 'urn:a:b',
        source: '#',
        ext: 'x',
      }),
    );
    accepted(
      await t.send(
        { source: 'mailto:a@example.org' },
        { body: '', headers: { 'content-type': 'text/plain; charset="utf-8"; a=b' } },
      ),
    );
    accepted(
      await t.structured({
        ext: true,
        n: -2147483648,
        subject: 'ünï 😀',
        datacontenttype: 'application/vnd.a+json',
        data: null,
      }),
    );
  },
  async 'kn.405'(t) {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) expect((await t.post({ method })).status).toBe(405);
  },
  async 'kn.404'(t) {
    const other = { ...t.target, ingress: new URL(t.target.ingress) };
    other.ingress.pathname = '/conformance/there-is-none';
    const { status } = await fetch(other.ingress, { method: 'POST', headers: asHeaders(t.event()) });
    expect(status).toBeGreaterThanOrEqual(400);
  },
  async 'kn.too-long'(t) {
    const consumer = t.target.subscribe ? await t.consumer() : undefined;
    const { status } = await t.send({}, { body: 'x'.repeat(5 * 1024 * 1024) }).catch(() => ({ status: 413 }));
    if (status === 202 && consumer) expect((await t.arrived(consumer))[0]?.body.length).toBe(5 * 1024 * 1024);
    else expect(status).toBe(413);
    accepted(await t.send());
  },
  async 'hook.202'(t) {
    accepted(await t.send());
    accepted(await t.structured());
  },
  async 'hook.abuse'(t) {
    const { status, headers } = await options(t, { 'webhook-request-origin': 'example.org' });
    expect([status, headers['webhook-allowed-origin']]).toEqual([200, expect.stringMatching(/^(\*|example\.org)$/)]);
  },
  async 'hook.allowed-origin'(t) {
    const { headers } = await options(t, { 'webhook-request-origin': 'eventemitter.example.com' });
    expect(headers['webhook-allowed-origin']).toMatch(/^(\*|eventemitter\.example\.com)$/);
  },
  async 'hook.allowed-rate'(t) {
    const { headers } = await options(t, { 'webhook-request-origin': 'example.org', 'webhook-request-rate': '120' });
    expect(headers['webhook-allowed-rate']).toMatch(/^(\*|[1-9]\d*)$/);
  },
};
