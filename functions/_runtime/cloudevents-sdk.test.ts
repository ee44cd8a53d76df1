import { CloudEvent, HTTP } from 'cloudevents';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newApp } from './app.ts';
import type { StoredEvent } from './cloudevent.ts';
import { type RawEvent, readEvents } from './read-events.ts';
import { binaryHeaders } from './write-event.ts';

// Where the SDK writes or reads otherwise than the specification says, beside what we do. When a test fails because the SDK was mended,
// the layer around it in write-event.ts can go, and reading by it be measured again (docs/decisions/0030-cloudevents.md).

const core = { 'ce-specversion': '1.0', 'ce-id': 'a1', 'ce-type': 't', 'ce-source': '/s' };
const whole = { specversion: '1.0', id: 'a1', type: 't', source: '/s' };
const sdk = (headers: Record<string, string>, body: unknown = undefined) =>
  HTTP.toEvent({ headers, body }) as CloudEvent<unknown>;
const structuredType = { 'content-type': 'application/cloudevents+json' };

async function read(headers: Record<string, string>, body: string): Promise<RawEvent[] | number> {
  let events: RawEvent[] | undefined;
  const app = newApp().post('/', async (c) => {
    events = await readEvents(c);
    return c.body(null, 204);
  });
  const { status } = await app.request('/', { method: 'POST', headers, body });
  return status === 204 ? (events as RawEvent[]) : status;
}
const readBinary = (headers: Record<string, string>, body = '{}') =>
  read({ 'content-type': 'application/json', ...core, ...headers }, body);
const readStructured = (event: object) => read(structuredType, JSON.stringify(event));

describe('percent-escapes of headers', () => {
  test('the SDK neither writes nor reads; we do both', async () => {
    const subject = 'post/Käse "50 %"';
    const { headers } = HTTP.binary(new CloudEvent({ type: 't', source: '/s', subject }));
    expect(headers['ce-subject']).toBe(subject);
    expect(sdk({ ...core, 'ce-subject': 'K%C3%A4se' }).subject).toBe('K%C3%A4se');
    const written = binaryHeaders({ ...stored, subject });
    expect(written['ce-subject']).toBe('post/K%C3%A4se%20%2250%20%25%22');
    expect(await read(written, '{}')).toMatchObject([{ subject }]);
  });
});

test('URIs the SDK leaves as they are, and so do we', async () => {
  const source = '/people/Jane%20Doe?at=50%25';
  const { headers } = HTTP.binary(new CloudEvent({ type: 't', source }));
  expect(headers['ce-source']).toBe(source);
  expect(sdk({ ...core, 'ce-source': source }).source).toBe(source);
  expect(binaryHeaders({ ...stored, source })['ce-source']).toBe(source);
  expect(await readBinary({ 'ce-source': source })).toMatchObject([{ source }]);
});

describe('what is missing', () => {
  test('the SDK invents: an id, a version; with us it is 400', async () => {
    expect(sdk(structuredType, { ...whole, id: undefined }).id).toMatch(/^[0-9a-f-]{36}$/);
    expect(sdk({ ...core, 'ce-specversion': '' }).specversion).toBe('1.0');
    expect(await readStructured({ ...whole, id: undefined })).toBe(400);
    expect(await readStructured({ ...whole, id: '' })).toBe(400);
    expect(await readBinary({ 'ce-specversion': '' })).toBe(400);
  });

  test('the SDK invents a time; with us there is none', async () => {
    expect(sdk(core).time).toMatch(/^20/);
    expect(await readBinary({})).toMatchObject([{ time: undefined }]);
  });

  test('the SDK takes an empty subject for none; with us it is 400', async () => {
    expect(sdk(structuredType, { ...whole, subject: '' }).subject).toBeUndefined();
    expect(await readStructured({ ...whole, subject: '' })).toBe(400);
  });

  test('JSON’s null is an attribute that is not there', async () => {
    expect(await readStructured({ ...whole, subject: null, time: null, more: null })).toMatchObject([
      { subject: undefined, time: undefined, extensions: {} },
    ]);
  });
});

describe('a time', () => {
  test('that is none the SDK replaces by now; with us it is 400', async () => {
    expect(sdk({ ...core, 'ce-time': 'yesterday' }).time).toMatch(/^20/);
    expect(await readBinary({ 'ce-time': 'yesterday' })).toBe(400);
  });

  test('the SDK rewrites; with us it stays as the producer wrote it', async () => {
    const time = '2026-01-01T00:00:00.123456+01:00';
    expect(sdk({ ...core, 'ce-time': time }).time).toBe('2025-12-31T23:00:00.123Z');
    expect(await readBinary({ 'ce-time': time })).toMatchObject([{ time }]);
    expect(binaryHeaders({ ...stored, time })['ce-time']).toBe(time);
  });
});

describe('data', () => {
  test('that is text the SDK reads as the JSON in it; with us it stays text', async () => {
    const json = { ...core, 'content-type': 'application/json' };
    expect(sdk(json, '"{}"').data).toBe('{}');
    expect(sdk(json, 'no json').data).toBe('no json');
    expect(await readBinary({}, '"{}"')).toMatchObject([{ data: '{}' }]);
    expect(await readBinary({}, 'no json')).toBe(400);
  });

  test('in base64 the SDK makes an array of 32-bit numbers of; with us it is JSON', async () => {
    const data_base64 = Buffer.from('{"n":2}').toString('base64');
    expect(sdk(structuredType, { ...whole, data_base64 }).data).toBeInstanceOf(Uint32Array);
    expect(await readStructured({ ...whole, data_base64 })).toMatchObject([{ data: { n: 2 } }]);
  });

  test('of another JSON type the SDK leaves as text; with us it is parsed', async () => {
    const type = { 'content-type': 'application/geo+json' };
    expect(sdk({ ...core, ...type }, '{"n":2}').data).toBe('{"n":2}');
    expect(await readBinary(type, '{"n":2}')).toMatchObject([{ data: { n: 2 } }]);
  });
});

test('an extension called like a method of the SDK’s event is an extension', async () => {
  expect(() => sdk({ ...core, 'ce-validate': 'x' }).validate()).toThrow('not a function');
  expect(await readBinary({ 'ce-validate': 'x', 'ce-tojson': 'y', 'ce-emit': 'z' })).toMatchObject([
    { extensions: { validate: 'x', tojson: 'y', emit: 'z' } },
  ]);
});

const stored: StoredEvent = {
  id: 'a1',
  type: 'dev.dormouse.x.v1',
  source: '/s',
  subject: 'x/1',
  time: '2026-01-01T00:00:00.000Z',
  data: '{}',
};

test('law: what is written in binary mode is read as it was, and by the SDK too where it is ASCII', async () => {
  const text = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .map((each) => each.toWellFormed().replaceAll('\u0000', '?'));
  await fc.assert(
    fc.asyncProperty(fc.webPath(), text, fc.jsonValue(), async (path, subject, data) => {
      const source = path || '/';
      const event = { ...stored, source, subject, data: JSON.stringify(data) };
      const headers = binaryHeaders(event);
      expect(await read(headers, event.data)).toMatchObject([
        { id: 'a1', type: stored.type, source, subject, time: stored.time, extensions: { partitionkey: subject } },
      ]);
      if (/^[\x21\x23\x24\x26-\x7e]+$/.test(subject)) expect(sdk(headers, event.data).subject).toBe(subject);
    }),
    { numRuns: 30 },
  );
});

test('law: an event in structured mode and alone in a batch is the same event', async () => {
  const value = fc.oneof(fc.string({ minLength: 1, maxLength: 20 }), fc.integer(), fc.boolean());
  const extensions = fc.dictionary(fc.stringMatching(/^x[a-z0-9]{0,10}$/), value, { maxKeys: 4 });
  // A key `__proto__` is refused, in events as in requests.
  const allowed = fc.jsonValue().filter((data) => !JSON.stringify(data).includes('__proto__'));
  await fc.assert(
    fc.asyncProperty(extensions, allowed, async (more, data) => {
      const event = { ...whole, ...more, data };
      const alone = await readStructured(event);
      expect(alone).toMatchObject([
        { extensions: Object.fromEntries(Object.entries(more).map(([k, v]) => [k, `${v}`])) },
      ]);
      expect(await read({ 'content-type': 'application/cloudevents-batch+json' }, JSON.stringify([event]))).toEqual(
        alone,
      );
    }),
    { numRuns: 30 },
  );
});
