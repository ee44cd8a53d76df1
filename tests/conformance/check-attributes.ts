import { expect } from 'vitest';
import { accepted, asHeaders, attributesOf, type Check, rejected, type Tools } from './tools.ts';

/** Refused with each of these values, in binary and in structured mode. */
function rejects(name: string, values: readonly string[]): Check {
  return async (t) => {
    for (const value of values) {
      rejected(await t.structured({ [name]: value }));
      if (/^[\x20-\x7e]*$/.test(value)) rejected(await t.send({ [name]: value }));
    }
  };
}

function rejectsWithout(names: readonly string[]): Check {
  return async (t) => {
    for (const name of names) {
      const { [name]: _, ...rest } = t.event();
      rejected(await t.post({ headers: asHeaders(rest) }));
      rejected(await t.structured({ [name]: undefined }));
      rejected(await t.structured({ [name]: null }));
    }
  };
}

const all = (...checks: readonly Check[]): Check => {
  return async (t) => {
    for (const check of checks) await check(t);
  };
};

const long = async (t: Tools, attributes: Record<string, string>, body: string) => {
  const consumer = await t.consumer();
  accepted(await t.send(attributes, { body, headers: { 'content-type': 'text/plain' } }));
  return (await t.arrived(consumer))[0]!;
};

/** What of an event's attributes is accepted, refused and forwarded. */
export const attributes: Readonly<Record<string, Check>> = {
  async 'ce.optional'(t) {
    const consumer = await t.consumer();
    const optional = {
      subject: 'a/b',
      time: '2026-01-01T00:00:00Z',
      dataschema: 'https://example.org/schema',
      one: '1',
      two: 'x y',
    };
    accepted(await t.send({ ...optional, two: 'x%20y' }));
    expect(attributesOf((await t.arrived(consumer))[0]!)).toMatchObject(optional);
  },
  'ce.required': rejectsWithout(['id', 'source', 'specversion', 'type']),
  async 'ce.once'(t) {
    rejected(
      await t.post({
        headers: { 'content-type': 'application/cloudevents+json' },
        body: JSON.stringify(t.event()).replace('{', '{"subject":"a","subject":"b",'),
      }),
    );
    rejected(await t.send({}, { headers: { 'ce-subject': ['a', 'b'] } }));
  },
  async 'ce.names'(t) {
    rejected(await t.structured({ myName: 'x' }));
    rejected(await t.structured({ 'my-name': 'x' }));
    rejected(await t.send({}, { headers: { 'ce-my-name': 'x' } }));
  },
  async 'ce.names-short'(t) {
    const sink = await t.consumer({ spec: { filters: [{ exact: { type: 'none' } }] } });
    const consumer = await t.consumer({
      spec: { delivery: { retry: 0, deadLetterSink: { uri: sink.url } } },
      respond: () => 400,
    });
    const name = 'averylongnameofanextension';
    accepted(await t.send({ [name]: 'x' }));
    const [before] = await t.arrived(consumer);
    const [dead] = await t.arrived(sink);
    expect(attributesOf(before!)).toHaveProperty(name, 'x');
    const added = Object.keys(attributesOf(dead!)).filter((each) => !(each in attributesOf(before!)));
    expect(added.filter((each) => each.length > 20)).toEqual([]);
  },
  async 'ce.data-name'(t) {
    rejected(await t.send({}, { headers: { 'ce-data': 'x' } }));
  },
  async 'ce.canonical'(t) {
    const consumer = await t.consumer();
    const values = { yes: 'true', n: '-12', bytes: 'AAEC', uri: 'urn:a:b', time: '2026-01-01T00:00:00.5+01:00' };
    accepted(await t.send(values));
    accepted(await t.structured({ ...values, yes: true, n: -12 }));
    for (const call of await t.arrived(consumer, 2)) expect(attributesOf(call)).toMatchObject(values);
  },
  async 'ce.integer'(t) {
    for (const n of [2147483647, -2147483648]) accepted(await t.structured({ n }));
    for (const n of [2147483648, -2147483649, 1.5, 1e300]) rejected(await t.structured({ n }));
  },
  'ce.string': all(
    rejects('ext', [
      '\u0000',
      'a\nb',
      '\u007f',
      '\u009f',
      '\ufffe',
      '\ufdd0',
      '\u{1fffe}',
      '\u{10ffff}',
      '\ud800',
      'a\udc00b',
    ]),
    async (t) => {
      for (const ext of ['%00', '%0A', '%7F', '%C2%80', '%EF%BF%BE']) rejected(await t.send({ ext }));
      accepted(await t.structured({ ext: '\ud83d\ude00' }));
    },
  ),
  'ce.id': rejects('id', ['']),
  'ce.source': rejects('source', ['', 'a b', '%zz', '<>']),
  'ce.specversion': rejects('specversion', ['', '0.3', '1', '2.0']),
  'ce.type': rejects('type', ['']),
  async 'ce.datacontenttype'(t) {
    for (const datacontenttype of ['', 'json', 'a/b/c', '/']) rejected(await t.structured({ datacontenttype }));
    accepted(await t.structured({ datacontenttype: 'application/json; charset=utf-8' }));
  },
  'ce.dataschema': rejects('dataschema', ['', '/relative', 'a b']),
  'ce.subject': rejects('subject', ['']),
  'ce.time': rejects('time', [
    '',
    'yesterday',
    '2026-01-01',
    '2026-02-30T00:00:00Z',
    '2026-01-01T25:00:00Z',
    '2026-01-01T00:00:00',
  ]),
  'ce.extensions': all(rejects('ext', ['\u0001']), async (t) => {
    rejected(await t.structured({ eXt: 'x' }));
    rejected(await t.structured({ ext: { nested: 1 } }));
    rejected(await t.structured({ ext: [1] }));
    accepted(await t.structured({ ext: 'x', n: 1, yes: false }));
  }),
  async 'ce.metadata'(t) {
    const consumer = await t.consumer();
    accepted(await t.send({}, { headers: { 'x-request-id': 'r-1' } }));
    const [call] = await t.arrived(consumer);
    expect(call?.headers['x-request-id']).toBe('r-1');
    expect(call?.headers['ce-xrequestid']).toBeUndefined();
  },
  async 'ce.64-kib'(t) {
    expect((await long(t, {}, 'x'.repeat(60 * 1024))).body.length).toBe(60 * 1024);
    const { headers, body } = await long(t, { long: 'a'.repeat(56 * 1024) }, 'x');
    const got = headers['ce-long'] ?? (JSON.parse(body.toString()) as { long: string }).long;
    expect(got).toBe('a'.repeat(56 * 1024));
  },
  async 'ce.accept-64-kib'(t) {
    accepted(await t.send({}, { body: 'x'.repeat(63 * 1024) }));
  },
  async 'part.key'(t) {
    const consumer = await t.consumer();
    rejected(await t.structured({ partitionkey: '' }));
    accepted(await t.send({ partitionkey: 'key-1' }));
    expect(attributesOf((await t.arrived(consumer))[0]!).partitionkey).toBe('key-1');
  },
};
