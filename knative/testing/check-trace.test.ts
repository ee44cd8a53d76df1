import { expect, test } from 'vitest';
import { checkTrace, drawTrace, type SpanRecord } from './check-trace.ts';

const span = (spanId: string, name: string, more: Partial<SpanRecord> = {}): SpanRecord => ({
  traceId: 't1',
  spanId,
  name,
  kind: 'server',
  service: 'orders',
  startMs: Number.parseInt(spanId, 36),
  durationMs: 1,
  attributes: {},
  ...more,
});
const request = span('a', 'POST /orders', { parentId: 'client' });
const sent = span('b', 'send placed', { parentId: 'a', kind: 'producer' });
const processed = span('c', 'process placed', {
  parentId: 'b',
  service: 'broker',
  events: [{ name: 'retry', timeMs: 0, attributes: {} }],
  links: [{ traceId: 't1', spanId: 'a' }],
});
const whole = [processed, request, sent];
const problems = (spans: SpanRecord[], expectation = {}) =>
  checkTrace(spans, { outside: ['client'], ...expectation }).slice(0, -1);

test('a trace that is whole has no problem', () => {
  const roots = [
    {
      name: 'POST /orders',
      children: [
        {
          name: /^send/,
          kind: 'producer' as const,
          children: [
            { name: 'process placed', service: 'broker', events: ['retry'], error: false, links: ['POST /orders'] },
          ],
        },
      ],
    },
  ];
  expect(checkTrace(whole, { outside: ['client'], roots })).toEqual([]);
});

test.each([
  ['an orphan', [request, processed], 'orphan: broker: process placed has the parent b, which is not there'],
  [
    'a caller nobody knows of',
    [{ ...request, parentId: 'x' }, sent, processed],
    'orphan: orders: POST /orders has the parent x, which is not there',
  ],
  ['a second root', [...whole, span('d', 'again')], 'trace t1 has 2 roots: orders: POST /orders, orders: again'],
  [
    'an id used twice',
    [...whole, span('c', 'other', { parentId: 'a' })],
    'one id for broker: process placed and orders: other',
  ],
  [
    'a link into the trace that leads nowhere',
    [request, { ...sent, links: [{ traceId: 't1', spanId: 'z' }] }, processed],
    'orders: send placed links to z, which is not there',
  ],
])('reports %s', (_, spans, problem) => {
  expect(problems(spans)).toEqual([problem]);
});

test('links into traces that are not given are left alone', () => {
  expect(problems([request, { ...sent, links: [{ traceId: 't2', spanId: 'z' }] }, processed])).toEqual([]);
});

test.each([
  [{ name: 'POST /orders', times: 2 }, '1 instead of 2: POST /orders'],
  [{ name: 'POST /orders', children: [{ name: 'send billed' }] }, '0 instead of 1: POST /orders › send billed'],
  [{ name: 'POST /orders', children: [{ name: 'process placed' }] }, '0 instead of 1: POST /orders › process placed'],
  [
    {
      name: 'POST /orders',
      kind: 'client' as const,
      attributes: { a: 1 },
      events: ['retry'],
      error: true,
      links: ['send placed'],
    },
    '0 instead of 1: POST /orders (kind server, a undefined, events none, did not fail, no link to send placed)',
  ],
])('reports what is expected and missing', (expected, problem) => {
  expect(problems(whole, { roots: [expected] })).toEqual([problem]);
});

test('similar spans are distinguished by their children', () => {
  const asked = (spanId: string, below: string) => [
    span(spanId, 'GET', { parentId: 'a' }),
    span(`${spanId}1`, below, { parentId: spanId }),
  ];
  const spans = [request, ...asked('d', 'stock'), ...asked('e', 'prices')];
  const expected = (...names: string[]) => ({
    roots: [{ name: 'POST /orders', children: names.map((name) => ({ name: 'GET', children: [{ name }] })) }],
  });
  expect(problems(spans, expected('stock', 'prices'))).toEqual([]);
  expect(problems(spans, expected('stock', 'taxes'))).toEqual(['0 instead of 1: POST /orders › GET']);
});

test('shows the trace as it is', () => {
  expect(drawTrace(whole)).toBe(
    'orders: POST /orders (server, a)\n  orders: send placed (producer, b)\n    broker: process placed (server, c) [retry] → a',
  );
  expect(checkTrace(whole).at(-1)).toBe(drawTrace(whole));
});
