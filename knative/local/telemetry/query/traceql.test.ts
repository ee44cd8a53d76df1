import { describe, expect, test } from 'vitest';
import type { SpanRecord } from '../traces.ts';
import { spanTest, TempoQueryError } from './traceql.ts';

const span: SpanRecord = {
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  name: 'GET /blog',
  kind: 'server',
  service: 'web',
  startMs: 0,
  durationMs: 600,
  attributes: { 'http.response.status_code': 503, 'faas.coldstart': true, 'http.route': '/blog' },
  error: true,
};
const trace = {
  traceId: span.traceId,
  rootService: 'ingress',
  rootName: 'GET',
  startMs: 0,
  durationMs: 2_000,
  spans: 1,
  errors: 1,
  services: ['web'],
};
const fits = (query: string) => spanTest(query)(span, trace);

describe('TraceQL of one spanset', () => {
  test.each([
    '{}',
    '{ kind = server && duration > 500ms }',
    '{ status = error && kind = server }',
    '{ span.faas.coldstart = true }',
    '{ resource.service.name = "web" && kind = server && duration > 100ms }',
    '{ kind = consumer || (status = error && .http.response.status_code >= 500) }',
    '{ traceDuration > 1s && rootServiceName = "ingress" }',
    '{ span:duration > 1ms && trace:duration < 1h }',
    '{ name =~ "GET .+" && span.http.route != "/" }',
    '{ span.http.route !~ `/admin.*` }',
  ])('%s finds the span', (query) => expect(fits(query)).toBe(true));

  test.each([
    '{ kind = consumer }',
    '{ status = ok }',
    '{ .nothing = "x" }',
    '{ .nothing != "x" }',
    '{ duration < 500ms }',
    '{ kind = server && status = unset || name = "x" }',
  ])('%s does not', (query) => expect(fits(query)).toBe(false));

  test.each([
    '',
    'rate()',
    '{',
    '{ kind }',
    '{ kind = }',
    '{ kind = server } | rate()',
    '{ duration > soon }',
    '{ duration > 5 apples }',
    '{ name =~ "(" }',
    '{ (kind = server }',
  ])('%s is refused', (query) => expect(() => spanTest(query)).toThrow(TempoQueryError));
});
