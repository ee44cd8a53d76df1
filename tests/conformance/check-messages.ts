import { expect } from 'vitest';
import type { Call } from './receiver.ts';
import { accepted, asHeaders, attributesOf, type Check, rejected, type Tools } from './tools.ts';

const batch = 'application/cloudevents-batch+json';

/** Sends one event and hands back its delivery. */
async function through(t: Tools, sending: (t: Tools) => Promise<unknown>): Promise<Call> {
  const consumer = await t.consumer();
  await sending(t);
  return (await t.arrived(consumer))[0]!;
}

const binary = (t: Tools, headers: Record<string, string>, body: string | Buffer = '{}') =>
  through(t, async () => accepted(await t.send({}, { headers, body })));
const structured = (t: Tools, members: Record<string, unknown>, contentType?: string) =>
  through(t, async () => accepted(await t.structured(members, contentType)));

/** Reads a header in binary mode as the receiver: what value does it give to the attribute? */
function reads(written: string, value: string): Check {
  return async (t) => {
    const { headers } = await binary(t, { 'ce-ext': written });
    expect(decodeURIComponent(String(headers['ce-ext']))).toBe(value);
  };
}

/** Writes an attribute that came in structured mode as a header. */
function writes(value: string, header: string): Check {
  return async (t) => expect((await structured(t, { ext: value })).headers['ce-ext']).toBe(header);
}

const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

const keepsBytes: Check = async (t) => {
  const { body, headers } = await binary(t, { 'content-type': 'application/octet-stream' }, bytes);
  expect(body.equals(bytes)).toBe(true);
  expect(headers['content-type']).toBe('application/octet-stream');
};
const oneByOne: Check = async (t) => {
  const consumer = await t.consumer();
  const events = [1, 2, 3].map((n) => ({ ...t.event(), data: n }));
  accepted(await t.post({ headers: { 'content-type': batch }, body: JSON.stringify(events) }));
  const calls = await t.arrived(consumer, 3);
  expect(calls.filter(({ headers }) => headers['content-type']?.includes('batch'))).toEqual([]);
  expect(calls.map(({ body }) => body.toString()).sort()).toEqual(['1', '2', '3']);
};
const structuredAnyCase: Check = async (t) => {
  const { body } = await structured(t, { data: { n: 1 } }, 'Application/CloudEvents+JSON; Charset=UTF-8');
  expect(JSON.parse(body.toString())).toEqual({ n: 1 });
};
const impliedJson: Check = async (t) => {
  const { headers, body } = await structured(t, { data: { n: 1 } });
  expect([headers['content-type'], JSON.parse(body.toString())]).toEqual([
    expect.stringMatching(/^application\/json/),
    { n: 1 },
  ]);
};
const members: Check = async (t) => {
  const attributes = { subject: 's', time: '2026-01-01T00:00:00Z', dataschema: 'urn:a:b', ext: 'x' };
  expect(attributesOf(await structured(t, attributes))).toMatchObject(attributes);
};
const batchType: Check = async (t) => {
  const body = JSON.stringify([t.event()]);
  accepted(await t.post({ headers: { 'content-type': `${batch}; charset=utf-8` }, body }));
  rejected(await t.post({ headers: { 'content-type': 'application/cloudevents+json' }, body }));
};

/** What a broker sends of an event whose attributes are too many for headers, which some brokers write in structured mode. */
async function rewritten(
  t: Tools,
  datacontenttype: string,
  data: Buffer,
): Promise<{ data?: unknown; data_base64?: string }> {
  const { headers, body } = await binary(t, { 'content-type': datacontenttype, 'ce-long': 'a'.repeat(12_000) }, data);
  if (headers['content-type']?.startsWith('application/cloudevents+json')) return JSON.parse(body.toString());
  expect(headers['content-type']).toBe(datacontenttype);
  return datacontenttype === 'application/json'
    ? { data: JSON.parse(body.toString()) }
    : { data_base64: body.toString('base64') };
}

/** How events are written as HTTP messages and read from them. */
export const messages: Readonly<Record<string, Check>> = {
  'http.bytes': keepsBytes,
  'cp.data': keepsBytes,
  'http.batch-unsolicited': oneByOne,
  'json.batch-not-implied': oneByOne,
  'http.batch-format': oneByOne,
  'http.mode-detection': structuredAnyCase,
  'http.structured-type': structuredAnyCase,
  'json.media-type': structuredAnyCase,
  async 'http.content-type'(t) {
    expect((await binary(t, { 'content-type': 'text/csv; header=present' }, 'a,b')).headers['content-type']).toBe(
      'text/csv; header=present',
    );
    expect((await structured(t, { datacontenttype: 'text/xml', data: '<a/>' })).headers['content-type']).toBe(
      'text/xml',
    );
  },
  async 'http.no-ce-datacontenttype'(t) {
    expect((await structured(t, { datacontenttype: 'text/xml', data: '<a/>' })).headers).not.toHaveProperty(
      'ce-datacontenttype',
    );
    rejected(await t.send({}, { headers: { 'ce-datacontenttype': 'text/plain' } }));
  },
  async 'http.all-attributes'(t) {
    const sent = { subject: 's', time: '2026-01-01T00:00:00Z', dataschema: 'urn:a:b', one: '1', two: '2' };
    const consumer = await t.consumer();
    const event = t.event(sent);
    accepted(await t.post({ headers: asHeaders(event) }));
    expect(attributesOf((await t.arrived(consumer))[0]!)).toMatchObject(event);
  },
  async 'http.secondary'(t) {
    const origin = '00-11111111111111111111111111111111-2222222222222222-01';
    const { headers } = await binary(t, { 'ce-traceparent': origin, traceparent: origin });
    expect(headers['ce-traceparent']).toBe(origin);
    expect(headers.traceparent).toMatch(/^00-1{32}-[0-9a-f]{16}-01$/);
  },
  async 'http.prefix'(t) {
    const { headers } = await binary(t, { 'CE-SubJect': 'x', 'Ce-Ext': 'y' });
    expect([headers['ce-subject'], headers['ce-ext'], headers['ce-id'] !== undefined]).toEqual(['x', 'y', true]);
  },
  async 'http.ascii'(t) {
    const { rawHeaders } = await structured(t, { subject: 'ünï 😀 "quoted" 100%', ext: '\u00a0x' });
    for (const text of rawHeaders) expect(text).toMatch(/^[\x20-\x7e]*$/);
  },
  'http.encode': writes('a "b" 100% ü', 'a%20%22b%22%20100%25%20%C3%BC'),
  'http.encode-once': writes('%25', '%2525'),
  'http.unquote': reads('"a \\"b\\" \\\\ %20c"', 'a "b" \\  c'),
  'http.decode-once': reads('%2525', '%25'),
  'http.surrogates': writes('😀', '%F0%9F%98%80'),
  'http.upper-case': writes('ÿ ', '%C3%BF%20'),
  'http.lower-case': reads('%c3%bf%20', 'ÿ '),
  'http.needless': reads('%41%42c', 'ABc'),
  async 'http.utf8'(t) {
    for (const ext of ['%C0%A0', '%C3', '%ED%A0%80', '%F8%88%80%80%80', '%FF']) rejected(await t.send({ ext }));
  },
  'http.example': writes('Euro € 😀', 'Euro%20%E2%82%AC%20%F0%9F%98%80'),
  async 'http.structured-payload'(t) {
    const consumer = await t.consumer();
    const body = JSON.stringify({ ...t.event(), subject: 'payload' });
    accepted(
      await t.post({
        headers: {
          ...asHeaders({ ...t.event(), subject: 'header', ext: 'header' }),
          'content-type': 'application/cloudevents+json',
        },
        body,
      }),
    );
    const attributes = attributesOf((await t.arrived(consumer))[0]!);
    expect([attributes.subject, attributes.ext]).toEqual(['payload', undefined]);
  },
  'http.batch-type': batchType,
  'json.batch-media-type': batchType,
  async 'http.batch-empty'(t) {
    const consumer = await t.consumer();
    accepted(await t.post({ headers: { 'content-type': batch }, body: ' [ ] ' }));
    await t.target.quiet();
    expect(consumer.calls).toEqual([]);
  },
  async 'http.batch-version'(t) {
    const consumer = await t.consumer();
    rejected(
      await t.post({
        headers: { 'content-type': batch },
        body: JSON.stringify([t.event(), { ...t.event(), specversion: '0.3' }]),
      }),
    );
    await t.target.quiet();
    expect(consumer.calls).toEqual([]);
  },
  'ce.datacontenttype-implied': impliedJson,
  'json.implied': impliedJson,
  'json.top-level': members,
  'json.members': members,
  async 'json.types'(t) {
    expect(attributesOf(await structured(t, { yes: true, no: false, n: -7 }))).toMatchObject({
      yes: 'true',
      no: 'false',
      n: '-7',
    });
    rejected(
      await t.post({
        headers: { 'content-type': 'application/cloudevents+json' },
        body: JSON.stringify({ ...t.event(), n: 1 }).replace('"n":1', '"n":1.0'),
      }),
    );
  },
  async 'json.null'(t) {
    const { headers } = await structured(t, { subject: null, ext: null, data: 1 });
    expect(['ce-subject' in headers, 'ce-ext' in headers]).toEqual([false, false]);
  },
  async 'json.base64'(t) {
    const { body, headers } = await structured(t, {
      datacontenttype: 'image/png',
      data_base64: bytes.toString('base64'),
    });
    expect([body.equals(bytes), headers['content-type']]).toEqual([true, 'image/png']);
    rejected(await t.structured({ data_base64: '***' }));
  },
  async 'json.exclusive'(t) {
    rejected(await t.structured({ data: 1, data_base64: 'AA==' }));
  },
  async 'json.value'(t) {
    const data = { text: 'ü', list: [1, null, { a: 1.5 }] };
    for (const datacontenttype of ['application/json', 'application/vnd.a+json; v=1'])
      expect(JSON.parse((await structured(t, { datacontenttype, data })).body.toString())).toEqual(data);
  },
  async 'json.string'(t) {
    expect((await structured(t, { datacontenttype: 'application/json', data: '{"a":1}' })).body.toString()).toBe(
      '"{\\"a\\":1}"',
    );
  },
  async 'json.write-binary'(t) {
    expect((await rewritten(t, 'application/octet-stream', bytes)).data_base64).toBe(bytes.toString('base64'));
  },
  async 'json.write-json'(t) {
    expect((await rewritten(t, 'application/json', Buffer.from('{"a": [1.50, "ü"]}'))).data).toEqual({ a: [1.5, 'ü'] });
  },
  async 'json.text'(t) {
    expect((await structured(t, { datacontenttype: 'text/xml', data: '<a b="ü"/>' })).body.toString()).toBe(
      '<a b="ü"/>',
    );
  },
};
