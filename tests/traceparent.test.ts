import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brokerIngress } from '@dormouse/eventing/broker-ingress';
import { noFields, route } from '@dormouse/local/platform.fixture';
import { newApp } from '@dormouse/runtime/app';
import { listener } from '@dormouse/runtime/listener';
import { silentLog } from '@dormouse/runtime/log';
import { createIngress } from '@dormouse/serving/ingress/ingress';
import { listen } from '@dormouse/serving/proxy/listener';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

const cleanup = new AsyncDisposableStack();
/** The trace that each reader goes on with, of a request with these headers. */
const readers: Record<string, (traceparents: readonly string[]) => Promise<string>> = {};

beforeAll(async () => {
  const telemetry = new Telemetry();
  const answer = route('/', 'direct', {
    match: [],
    requestHeaders: noFields,
    responseHeaders: noFields,
    action: { kind: 'direct', status: 200, body: 'ok' },
  });
  const virtualHosts = [{ name: 'all', hosts: ['*'], routes: [answer], origin: { file: 'x', line: 1 } }];
  const ingress = await listen(createIngress({ virtualHosts, target: () => undefined, telemetry }), {
    port: 0,
    host: '127.0.0.1',
  });
  cleanup.defer(() => ingress.close(0));
  readers.ingress = async (given) => String((await ask(ingress.port, given, {}))['x-trace-id']);

  const app = newApp().get('/', (c) => c.text('ok'));
  const functionPort = await started(
    createServer(listener({ name: 'notes', log: silentLog, app: Promise.resolve(app), ready: async () => {} })),
  );
  readers.function = async (given) => String((await ask(functionPort, given, {}))['x-trace-id']);

  let stored = '';
  const broker = brokerIngress({
    publisher:
      () =>
      async ([event]) =>
        void (stored = event?.traceparent ?? ''),
    telemetry,
    clock: { now: Date.now } as never,
    report: () => {},
  });
  const brokerPort = await started(createServer(broker));
  readers.Broker = async (given) => {
    await ask(brokerPort, given, { 'ce-id': '1', 'ce-type': 't', 'ce-source': '/s', 'ce-specversion': '1.0' });
    return stored.slice(3, 35);
  };
});
afterAll(() => cleanup.disposeAsync());

async function started(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup.defer(() => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections()));
  return (server.address() as AddressInfo).port;
}

/** Headers of the response to a request with these `traceparent` fields. */
function ask(port: number, traceparents: readonly string[], headers: Record<string, string>) {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingHttpHeaders>();
  const isEvent = 'ce-id' in headers;
  const raw = ['host', 'localhost', ...traceparents.flatMap((each) => ['traceparent', each])];
  for (const [name, value] of Object.entries(headers)) raw.push(name, value);
  if (isEvent) raw.push('content-length', '0');
  const path = isEvent ? '/default/default' : '/';
  httpRequest({ host: '127.0.0.1', port, path, method: isEvent ? 'POST' : 'GET', headers: raw }, (response) => {
    response.resume().once('end', () => resolve(response.headers));
  })
    .once('error', reject)
    .end();
  return promise;
}

const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
/** The parts of a header that may be valid, and whether it is by the words of the specification. */
const parts = fc.record({
  version: fc.oneof({ weight: 3, arbitrary: fc.constant('00') }, fc.constantFrom('01', 'cc', 'fe', 'ff'), digits(2)),
  traceId: fc.oneof({ weight: 9, arbitrary: digits(32) }, fc.constantFrom('0'.repeat(32), 'A'.repeat(32)), digits(31)),
  spanId: fc.oneof({ weight: 9, arbitrary: digits(16) }, fc.constant('0'.repeat(16))),
  flags: fc.oneof({ weight: 3, arbitrary: fc.constantFrom('00', '01') }, digits(2)),
  rest: fc.oneof(
    { weight: 3, arbitrary: fc.constant('') },
    fc.constantFrom('-', '-extra', '-what-the-future-will-be-like', 'x', '.'),
  ),
});
type Parts = typeof parts extends fc.Arbitrary<infer P> ? P : never;
const written = ({ version, traceId, spanId, flags, rest }: Parts) => `${version}-${traceId}-${spanId}-${flags}${rest}`;
const isValid = ({ version, traceId, spanId, rest }: Parts) =>
  version !== 'ff' &&
  traceId.length === 32 &&
  traceId === traceId.toLowerCase() &&
  !/^0+$/.test(traceId) &&
  !/^0+$/.test(spanId) &&
  (rest === '' || (version !== '00' && rest.startsWith('-')));

test('law: ingress, Broker and functions go on with the same trace, or begin one', async () => {
  const headers = fc.oneof(
    { weight: 6, arbitrary: parts.map((each) => ({ given: [written(each)], goesOn: isValid(each) && each.traceId })) },
    parts.map((each) => ({ given: [written(each), written(each)], goesOn: false as const })),
    fc.stringMatching(/^[0-9a-f-]{1,80}$/).map((text) => ({ given: [text], goesOn: false as const })),
  );
  await fc.assert(
    fc.asyncProperty(headers, async ({ given, goesOn }) => {
      for (const [reader, traceOf] of Object.entries(readers)) {
        const traceId = await traceOf(given);
        expect(traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
        expect({ reader, given, goesOn: given.some((each) => each.includes(traceId)) && traceId }).toEqual({
          reader,
          given,
          goesOn,
        });
      }
    }),
    { numRuns: 300 },
  );
});
