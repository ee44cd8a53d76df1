import { expect } from 'vitest';
import { accepted, type Check, type Tools } from './tools.ts';

const origin = '00-11111111111111111111111111111111-2222222222222222-01';
const hop = '00-33333333333333333333333333333333-4444444444444444-01';

async function headersOf(t: Tools, headers: Record<string, string>) {
  const consumer = await t.consumer({
    spec: { delivery: { retry: 1, backoffPolicy: 'linear', backoffDelay: 'PT0.1S' } },
    respond: () => 503,
  });
  accepted(await t.send({}, { headers }));
  return (await t.arrived(consumer, 2)).map((call) => call.headers);
}

const keepsOrigin: Check = async (t) => {
  for (const headers of await headersOf(t, { 'ce-traceparent': origin, 'ce-tracestate': 'a=b', traceparent: hop })) {
    expect([
      decodeURIComponent(String(headers['ce-traceparent'])),
      decodeURIComponent(String(headers['ce-tracestate'])),
    ]).toEqual([origin, 'a=b']);
    expect(headers.traceparent).toMatch(/^00-3{32}-/);
  }
};
const carries = (name: string, value: string): Check => {
  return async (t) => {
    for (const headers of await headersOf(t, { traceparent: hop, [name]: value })) expect(headers[name]).toBe(value);
  };
};

/** How traces, and what travels beside events, pass a broker. */
export const tracing: Readonly<Record<string, Check>> = {
  'trace.origin': keepsOrigin,
  'trace.not-per-hop': keepsOrigin,
  async 'trace.header'(t) {
    for (const { traceparent } of await headersOf(t, { traceparent: hop })) {
      expect(traceparent).toMatch(/^00-3{32}-[0-9a-f]{16}-01$/);
      expect(traceparent).not.toBe(hop);
    }
  },
  async 'trace.restart'(t) {
    for (const { traceparent } of await headersOf(t, { traceparent: `00-${'0'.repeat(32)}-${'4'.repeat(16)}-01` }))
      expect(traceparent).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[01]$/);
  },
  'trace.state': carries('tracestate', 'vendor=1,other=2'),
  'trace.baggage': carries('baggage', 'user=7,plan=free'),
  async 'kn.error-trace'(t) {
    const sink = await t.consumer({ spec: { filters: [{ exact: { type: 'none' } }] } });
    await t.consumer({ spec: { delivery: { retry: 0, deadLetterSink: { uri: sink.url } } }, respond: () => 400 });
    accepted(await t.send({}, { headers: { 'ce-traceparent': origin, traceparent: hop, tracestate: 'a=b' } }));
    const { headers } = (await t.arrived(sink))[0]!;
    expect([headers['ce-traceparent'], headers.traceparent, headers.tracestate]).toEqual([
      origin,
      expect.stringMatching(/^00-3{32}-/),
      'a=b',
    ]);
  },
  async 'kn.headers'(t) {
    for (const headers of await headersOf(t, { 'x-request-id': 'r-1', 'knative-flag': 'on', cookie: 'secret=1' }))
      expect([headers['x-request-id'], headers['knative-flag'], headers.cookie]).toEqual(['r-1', 'on', undefined]);
  },
};
