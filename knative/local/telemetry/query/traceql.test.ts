import { describe, expect, test } from 'vitest';
import type { SpanRecord } from '../traces.ts';
import { TempoQueryError } from './tempo-query-error.ts';
import { spanTest } from './traceql.ts';

const span: SpanRecord = {
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  name: 'GET /blog',
  kind: 'server',
  service: 'web',
  startMs: 0,
  durationMs: 600,
  attributes: { 'http.response.status_code': 503, 'faas.coldstart': true, 'http.route': '/blog', offset: -4 },
  error: true,
};
const trace = {
  traceId: span.traceId,
  rootService: 'ingress',
  rootName: 'GET',
  startMs: 0,
  durationMs: 2_000,
  spans: 1,
  dropped: 0,
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
    '{ .offset > -5 && kind = server }',
    '{ span."http.route" = "/blog" && traceDuration < 1m30s } // every blog',
    '{ traceDuration = 1s1000ms && .http.route != "1m30s" }',
    '{ kind = consumer && name = "x" || kind = server }',
  ])('%s finds the span', (query) => expect(fits(query)).toBe(true));

  test.each([
    '{ kind = consumer }',
    '{ status = ok }',
    '{ .nothing = "x" }',
    '{ .nothing != "x" }',
    '{ duration < 500ms }',
    '{ kind = server && status = unset || name = "x" }',
    '{ .offset > -3 }',
    '{ kind = server && (status = unset || name = "x") }',
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
    '{ kind = server } && { kind = client }',
    '{ kind = server } >> { kind = client }',
    '{ kind = server } | count() > 2',
    '{ !(kind = server) }',
    '{ duration > 2 * 100ms }',
    '{ 100ms < duration }',
    '{ .a = .b }',
    '{ true }',
    '{ unknown = 1 }',
    '{ statusMessage = "x" }',
    '{ event:name = "x" }',
    '{ parent.a = 1 }',
    '{ kind = $kind }',
    '{ .a = 1 = 2 }',
    '{ name = "\\x" }',
    '{ .a > -(1 && .b = 1) }',
  ])('%s is rejected', (query) => expect(() => spanTest(query)).toThrow(TempoQueryError));
});
