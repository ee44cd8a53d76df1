import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { uuidv7 } from './ids.ts';
import {
  childOf,
  currentTrace,
  formatTraceparent,
  inSpan,
  onSpan,
  parseTraceparent,
  runInTrace,
  type Span,
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
    fc.property(hex(32), hex(16), fc.boolean(), (traceId, spanId, sampled) => {
      expect(parseTraceparent(formatTraceparent({ traceId, spanId, sampled }))).toEqual({ traceId, spanId, sampled });
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
  expect(parseTraceparent(`01-${'a'.repeat(32)}-${'b'.repeat(16)}-03-more`)).toMatchObject({ sampled: true });
  expect(parseTraceparent(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-02`)).toMatchObject({ sampled: false });
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
