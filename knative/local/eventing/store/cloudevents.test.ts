import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CloudEvent, InvalidEventError, readEvents, writeBinary, writeMessage } from './cloudevents.ts';
import { elementsOf, membersOf } from './json-members.ts';
import { decodeEvent, encodeEvent } from './stored-event.ts';

const structured = { 'content-type': 'application/cloudevents+json' };
const read = (event: object) =>
  readEvents(
    structured,
    Buffer.from(JSON.stringify({ specversion: '1.0', id: '1', source: '/s', type: 't', ...event })),
  )[0] as CloudEvent;
const required = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/s', 'ce-type': 't' };

const allowed = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 30 })
  .filter((text) => !/[\u0000-\u001f\u007f-\u009f]|\p{Surrogate}|\p{Noncharacter_Code_Point}/u.test(text));
const extension = fc
  .stringMatching(/^[a-z][a-z0-9]{0,15}$/)
  .filter(
    (name) =>
      !['data', 'id', 'source', 'type', 'specversion', 'time', 'subject', 'dataschema', 'datacontenttype'].includes(
        name,
      ),
  );
const events = fc.record({
  id: allowed,
  type: allowed,
  subject: allowed,
  extensions: fc.dictionary(extension, allowed, { maxKeys: 4, noNullPrototype: true }),
  data: fc.uint8Array({ maxLength: 50 }),
});

describe('a CloudEvent', () => {
  test('is the same after the way through binary mode and the log, whatever its text', () => {
    fc.assert(
      fc.property(events, ({ id, type, subject, extensions, data }) => {
        const event: CloudEvent = {
          attributes: { specversion: '1.0', id, source: '/s', type, subject, ...extensions },
          data: data.length > 0 ? Buffer.from(data) : undefined,
        };
        const { headers, body } = writeBinary(event);
        for (const value of Object.values(headers)) expect(value).toMatch(/^[\x21-\x7e]*$/);
        expect(readEvents(headers, body)).toEqual([event]);
        const stored = { ...event, traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, ttl: 3 };
        expect(decodeEvent(encodeEvent(stored))).toEqual(stored);
        const carrying = { ...stored, carried: { tracestate: 'a=b', baggage: 'user=1' } };
        expect(decodeEvent(encodeEvent(carrying))).toEqual(carrying);
      }),
    );
  });

  test.each([
    ['application/json', '{"n": 1.0, "text": "é"}', '"data":{"n": 1.0, "text": "é"}'],
    ['application/json', '{"broken"', '"data_base64":"eyJicm9rZW4i"'],
    ['text/plain', 'é', '"data_base64":"w6k="'],
  ])(
    'goes on in structured mode, its data unchanged, when its attributes are too long for headers: %s %s',
    (datacontenttype, text, member) => {
      const event = {
        attributes: { specversion: '1.0', id: '1', source: '/s', type: 't', datacontenttype, long: 'ä'.repeat(4_000) },
        data: Buffer.from(text),
      };
      const { headers, body } = writeMessage(event);
      expect(Object.keys(headers)).toEqual(['content-type']);
      expect(body.toString()).toContain(member);
      expect(readEvents(headers, body)).toEqual([event]);
      expect(writeMessage({ ...event, attributes: { ...event.attributes, long: 'short' } }).headers['ce-long']).toBe(
        'short',
      );
    },
  );

  test('is the same in structured mode and in a batch', () => {
    fc.assert(
      fc.property(fc.array(events, { maxLength: 4 }), (all) => {
        const made = all.map(({ id, type, subject, extensions, data }) => ({
          specversion: '1.0',
          id,
          source: '/s',
          type,
          subject,
          ...extensions,
          data_base64: Buffer.from(data).toString('base64'),
        }));
        const got = readEvents(
          { 'content-type': 'application/cloudevents-batch+json; charset=UTF-8' },
          Buffer.from(JSON.stringify(made)),
        );
        expect(
          got.map(({ attributes, data }) => ({
            ...attributes,
            data_base64: (data ?? Buffer.alloc(0)).toString('base64'),
          })),
        ).toEqual(made);
      }),
    );
  });

  test('keeps JSON data as it was written, digits and all', () => {
    const text =
      '{"specversion":"1.0","id":"1","source":"/s","type":"t", "data" : {"n": 12345678901234567890, "f": 1.0, "s": "}\\"]"} , "ext": true}';
    const [event] = readEvents(structured, Buffer.from(text));
    expect(event?.data?.toString()).toBe('{"n": 12345678901234567890, "f": 1.0, "s": "}\\"]"}');
    expect(event?.attributes).toMatchObject({ datacontenttype: 'application/json', ext: 'true' });
  });

  test('takes data by its media type', () => {
    expect(read({ datacontenttype: 'text/plain', data: 'plain' }).data?.toString()).toBe('plain');
    expect(read({ datacontenttype: 'application/json', data: 'text' }).data?.toString()).toBe('"text"');
    expect(read({ datacontenttype: 'application/vnd.x+json; charset=utf-8', data: 'text' }).data?.toString()).toBe(
      '"text"',
    );
    expect(read({ data: null }).data).toBeUndefined();
    expect(read({ subject: null, n: -5 }).attributes).toEqual({
      specversion: '1.0',
      id: '1',
      source: '/s',
      type: 't',
      n: '-5',
    });
  });

  test('takes URIs as the SDKs write them, and hands them on unchanged', () => {
    for (const source of ['/people/Jane%20Doe', '/a%2520b', 'urn:%41', '/100%25']) {
      const uris = { 'ce-source': source, 'ce-dataschema': 'https://schemas.example/a%20b' };
      const [event] = readEvents({ ...required, ...uris, 'content-type': 'text/plain' }, Buffer.from('x'));
      expect(event?.attributes).toMatchObject({ source, dataschema: uris['ce-dataschema'] });
      expect(writeBinary(event!).headers).toMatchObject(uris);
    }
  });

  test('writes the format that is asked for', () => {
    const event: CloudEvent = {
      attributes: { specversion: '1.0', id: '1', source: '/s', type: 't', note: 'x'.repeat(7_000) },
      data: undefined,
    };
    expect(writeMessage(event).headers['content-type']).toContain('application/cloudevents+json');
    expect(writeMessage(event, 'binary').headers['ce-id']).toBe('1');
    const short = { ...event, attributes: { ...event.attributes, note: '' } };
    expect(writeMessage(short).headers['ce-id']).toBe('1');
    expect(writeMessage(short, 'json').headers['content-type']).toContain('application/cloudevents+json');
  });

  test('reads headers as the binding says: quoted, percent-encoded, raw UTF-8, lone percent signs', () => {
    const headers = {
      ...required,
      'ce-a': '"a \\"b\\""',
      'ce-b': 'Euro%20%E2%82%AC%20%F0%9F%98%80',
      'ce-c': Buffer.from('é').toString('latin1'),
      'ce-d': '100%',
      'content-type': 'text/plain',
    };
    expect(readEvents(headers, Buffer.from('x'))[0]?.attributes).toMatchObject({
      a: 'a "b"',
      b: 'Euro € 😀',
      c: 'é',
      d: '100%',
      datacontenttype: 'text/plain',
    });
  });

  test.each([
    [{ ...required, 'ce-a': '%00' }, 'not allowed'],
    [{ ...required, 'ce-a': '%C3' }, 'not UTF-8'],
    [{ ...required, 'ce-a': 'x'.repeat(66_000) }, 'longer than'],
    [{ ...required, 'ce-partitionkey': '' }, 'partitionkey is empty'],
    [{ ...required, 'ce-datacontenttype': 'text/plain' }, 'Content-Type says it'],
    [{ ...required, 'ce-dataschema': '/relative' }, 'dataschema'],
    [{ ...required, 'ce-subject': '' }, 'subject is empty'],
    [{ ...required, 'content-type': 'nonsense' }, 'media type'],
    [{ ...required, 'ce-time': 'yesterday' }, 'RFC 3339'],
    [{ ...required, 'ce-source': '%zz' }, 'URI-reference'],
  ])('in binary mode is rejected: %j', (headers, message) => {
    expect(() => readEvents(headers, Buffer.alloc(0))).toThrow(InvalidEventError);
    expect(() => readEvents(headers, Buffer.alloc(0))).toThrow(message);
  });

  test.each([
    ['[]', 'is an object'],
    ['{"a":1,"a":2}', 'more than once'],
    ['{"specversion":"1.0","id":1.5}', 'neither a string'],
    ['{"specversion":"1.0","n":1.0}', 'neither a string'],
    ['{"specversion":"1.0","n":2147483648}', 'neither a string'],
    ['{"specversion":"1.0","id":{}}', 'neither a string'],
    ['{"specversion":"1.0","data":1,"data_base64":"AA=="}', 'exclude each other'],
    ['{"specversion":"1.0","data_base64":"A"}', 'not base64'],
    ['{"specversion":"1.0","Id":"1","id":"1","source":"/s","type":"t"}', '"Id"'],
    ['\xff', 'not UTF-8'],
  ])('in structured mode is rejected: %s', (body, message) => {
    expect(() => readEvents(structured, Buffer.from(body, 'latin1'))).toThrow(message);
  });

  test('in any other bytes is rejected without any other error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => new TextEncoder().encode(text)),
        ),
        fc.constantFrom('application/cloudevents+json', 'application/cloudevents-batch+json'),
        (bytes, type) => {
          try {
            readEvents({ 'content-type': type }, Buffer.from(bytes));
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidEventError);
          }
        },
      ),
    );
  });
});

describe('the offsets of members in a JSON text', () => {
  test('hold exactly the values, however it is spaced', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }),
        fc.constantFrom(undefined, 1, '\t'),
        (value, space) => {
          const text = JSON.stringify(value, null, space);
          expect(membersOf(text).map(({ name, start, end }) => [name, JSON.parse(text.slice(start, end))])).toEqual(
            Object.entries(JSON.parse(text)),
          );
          const list = JSON.stringify([value, [value], 1, '],'], null, space);
          expect(elementsOf(list).map((start) => list[start])).toEqual(['{', '[', '1', '"']);
        },
      ),
    );
  });
});
