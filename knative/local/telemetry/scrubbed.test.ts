import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { otlpReceiver } from './otlp/otlp-receiver.ts';
import { Telemetry } from './telemetry.ts';

const traceId = 'a'.repeat(32);
/** Ways to write an e-mail address into a path or a query. */
const written = fc
  .tuple(fc.emailAddress(), fc.constantFrom('@', '%40', '%2540'))
  .map(([email, at]) => encodeURIComponent(email).replace('%40', at));

test('law: no e-mail address in the path of a span or a line is kept, or given to who listens', () => {
  fc.assert(
    fc.property(written, (email) => {
      const telemetry = new Telemetry();
      const told: unknown[] = [];
      telemetry.listen({ span: (span) => told.push(span), log: (line) => told.push(line) });
      const path = `/blog/users/${email}/posts`;
      telemetry.addSpan({
        ...{ traceId, spanId: 'b'.repeat(16), name: `GET ${path}`, kind: 'server', service: 'ingress' },
        ...{
          startMs: 1,
          durationMs: 1,
          attributes: { 'url.path': path, 'url.full': `http://x${path}?q=${email}`, n: 1 },
        },
        events: [{ name: 'exception', timeMs: 1, attributes: { 'exception.message': `no ${path}` } }],
      });
      const line = { timeMs: 1, service: 'web', instance: '', level: 'info', message: `GET ${path}`, fields: { path } };
      telemetry.addLog(line);
      const kept = JSON.stringify([telemetry.trace(traceId), telemetry.logLines(), told]);
      expect(kept).not.toContain(email);
      expect(telemetry.trace(traceId)).toMatchObject([
        { attributes: { 'url.path': '/blog/users/[email]/posts', n: 1 } },
      ]);
    }),
  );
});

test('a token in the path of a program that sends OTLP is masked as well', async () => {
  const telemetry = new Telemetry();
  const server = createServer(otlpReceiver(telemetry));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const nanoseconds = `${Date.now()}000000`;
  const value = { stringValue: '/claim/eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl' };
  const span = {
    ...{ traceId, spanId: 'b'.repeat(16), startTimeUnixNano: nanoseconds, endTimeUnixNano: nanoseconds },
    attributes: [{ key: 'http.target', value }],
  };
  await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
  });
  server.close();
  expect(telemetry.trace(traceId)).toMatchObject([{ attributes: { 'http.target': '/claim/[token]' } }]);
});

test('what has nothing to mask is kept as it is', () => {
  const telemetry = new Telemetry();
  const attributes = { 'db.query.text': 'UPDATE accounts SET password = $1', 'url.path': '/blog/api/posts' };
  const span = { traceId, spanId: 'b'.repeat(16), name: 'GET', kind: 'server', service: 'web' } as const;
  telemetry.addSpan({ ...span, startMs: 1, durationMs: 1, attributes });
  expect(telemetry.trace(traceId)[0]?.attributes).toEqual(attributes);
});
