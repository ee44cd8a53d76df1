import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { uuidv7 } from './ids.ts';
import { onSpan, type Span } from './spans.fixture.ts';
import {
  childOf,
  currentTrace,
  formatTraceparent,
  inSpan,
  isSampledTrace,
  parseTraceparent,
  runInTrace,
  traceHeaders,
} from './trace.ts';

afterEach(() => onSpan(undefined));
const recorded = (): Span[] => {
  const spans: Span[] = [];
  onSpan((span) => spans.push(span));
  return spans;
};
const hex = (length: number) =>
  fc
    .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
    .filter((id) => !/^0+$/.test(id));

test('law: a traceparent that was written is read as the same context', () => {
  fc.assert(
    fc.property(hex(32), hex(16), fc.constantFrom(0, 1), (traceId, spanId, traceFlags) => {
      expect(parseTraceparent(formatTraceparent({ traceId, spanId, traceFlags }))).toEqual({
        traceId,
        spanId,
        traceFlags,
      });
    }),
  );
});

test('law: no text at all makes the reader fail, and what it accepts is a traceparent', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string({ unit: fc.constantFrom(...'0123456789abcdef-'), minLength: 50, maxLength: 60 }),
        fc.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/),
      ),
      (text) => {
        const context = parseTraceparent(text);
        expect(text).toContain(context ? `${context.traceId}-${context.spanId}` : '');
      },
    ),
  );
});

test.each([
  ['of zeros', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`],
  ['with a span of zeros', `00-${'a'.repeat(32)}-${'0'.repeat(16)}-01`],
  ['of version ff', `ff-${'a'.repeat(32)}-${'b'.repeat(16)}-01`],
  ['of version 00 with more behind', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01-x`],
  ['in capitals', `00-${'A'.repeat(32)}-${'b'.repeat(16)}-01`],
])('a traceparent %s is none', (_, header) => expect(parseTraceparent(header)).toBeUndefined());

test('a later version may have more behind, and only its sampled bit counts', () => {
  const sampled = (text: string) => isSampledTrace(parseTraceparent(text));
  expect([
    sampled(`01-${'a'.repeat(32)}-${'b'.repeat(16)}-03-more`),
    sampled(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-02`),
  ]).toEqual([true, false]);
  expect(parseTraceparent(`01-${'a'.repeat(32)}-${'b'.repeat(16)}-03-more`)).toMatchObject({ traceFlags: 3 });
  expect(parseTraceparent(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-02`)).toMatchObject({ traceFlags: 2 });
});

test('spans of a sampled trace are children of one another and tell their own context to other services', async () => {
  const spans = recorded();
  const root = childOf(undefined, true);
  await runInTrace(root, () =>
    inSpan('outer', {}, async () => {
      expect(traceHeaders().traceparent).toBe(formatTraceparent(currentTrace() as never));
      await inSpan('inner', { kind: 'client', attributes: { a: 1 } }, async (attributes) => void (attributes.b = 2));
    }),
  );
  expect(spans.map((span) => span.name)).toEqual(['inner', 'outer']);
  const [inner, outer] = spans as [Span, Span];
  expect(inner).toMatchObject({
    traceId: root.traceId,
    parentId: outer.spanId,
    kind: 'client',
    attributes: { a: 1, b: 2 },
  });
  expect(outer).toMatchObject({ parentId: root.spanId });
  expect(inner.endMs).toBeGreaterThanOrEqual(inner.startMs);
});

test('of an unsampled trace only what failed is recorded', async () => {
  const spans = recorded();
  await runInTrace(childOf(undefined), async () => {
    await inSpan('fine', {}, async () => {});
    await inSpan('broken', {}, async () => Promise.reject(new TypeError('no'))).catch(() => {});
  });
  expect(spans).toMatchObject([{ name: 'broken', error: { type: 'TypeError', message: 'no' } }]);
});

test('uuids are version 7, differ, and sort by the time they were made', () => {
  const ids = Array.from({ length: 200 }, (_, i) => uuidv7(1_700_000_000_000 + i));
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(Array.from({ length: 2000 }, () => uuidv7(0))).size).toBe(2000);
  expect([...ids].sort()).toEqual(ids);
});

describe('a library', () => {
  /** As a library does it: by the API alone, with a tracer that it took when it was loaded. */
  const library = trace.getTracer('library', '1.2.3');
  const work = () =>
    library.startActiveSpan('query', { kind: SpanKind.CLIENT, attributes: { rows: 2 } }, async (span) => {
      span.addEvent('sent').setAttribute('cached', false);
      await inSpan('inside', {}, async () => {});
      span.end();
    });

  test('has its spans in the running trace, and what runs inside of them is their child', async () => {
    const spans = recorded();
    const root = childOf(undefined, true);
    await runInTrace(root, () => inSpan('outside', {}, work));
    expect(spans.map(({ name, scope }) => [name, scope])).toEqual([
      ['inside', 'dormouse'],
      ['query', 'library'],
      ['outside', 'dormouse'],
    ]);
    const [inner, query, outer] = spans as [Span, Span, Span];
    expect(query).toMatchObject({
      traceId: root.traceId,
      parentId: outer.spanId,
      kind: 'client',
      attributes: { rows: 2, cached: false },
    });
    expect(inner.parentId).toBe(query.spanId);
  });

  test('has no spans in an unsampled trace, but passes the trace on', async () => {
    const spans = recorded();
    const root = childOf(undefined);
    await runInTrace(root, async () => {
      await work();
      library.startActiveSpan('query', (span) => {
        expect([span.isRecording(), currentTrace()?.traceId]).toEqual([false, root.traceId]);
        expect(traceHeaders().traceparent).toContain(root.traceId);
      });
    });
    expect(spans).toEqual([]);
  });

  test('that records an exception and fails has it in its span', async () => {
    const spans = recorded();
    await runInTrace(childOf(undefined, true), async () =>
      library.startActiveSpan('query', (span) => {
        span.recordException(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }));
        span.setStatus({ code: SpanStatusCode.ERROR, message: 'no' }).end(new Date(Date.now() + 5));
        span.updateName('late').setAttribute('late', true);
      }),
    );
    expect(spans).toMatchObject([{ name: 'query', attributes: {}, error: { type: 'ECONNREFUSED', message: 'no' } }]);
    expect(spans[0]?.attributes).toEqual({});
  });
});
