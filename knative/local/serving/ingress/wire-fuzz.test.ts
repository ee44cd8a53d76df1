import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { rawConnection } from '@dormouse/http/raw-http.fixture';
import { route } from '@dormouse/local/platform.fixture';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Activator } from '../proxy/activator.ts';
import type { ServingEndpoint, Target } from '../proxy/exchange.ts';
import { createInstanceConnections } from '../proxy/instance-connections.ts';
import { type Listener, listen } from '../proxy/listener.ts';
import { createIngress } from './ingress.ts';

/** By hand more: `WIRE_CASES=100000 WIRE_SEED=7 npx vitest run knative/local/serving/ingress/wire-fuzz.test.ts`. */
const cases = Number(process.env.WIRE_CASES ?? 2_000);
const seed = Number(process.env.WIRE_SEED ?? 20_261_128);
/** Pairs of servers that work side by side: what a server has seen belongs to one connection. */
const lanes = 8;

interface Seen {
  method: string;
  /** `undefined` when its end did not come. */
  body: string | undefined;
}
interface Outcome {
  seen: Seen[];
  /** Statuses that the client was sent. */
  statuses: number[];
}
interface Lane {
  ask(bytes: Buffer, silentMs?: number): Promise<Outcome>;
  close(): void;
}

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

async function recorder(): Promise<{ server: Server; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer({ requireHostHeader: false }, async (incoming: IncomingMessage, outgoing) => {
    const request: Seen = { method: incoming.method!, body: undefined };
    seen.push(request);
    const parts: Buffer[] = [];
    try {
      for await (const part of incoming) parts.push(part as Buffer);
    } catch {
      return; // its body never ended: not a request
    }
    request.body = Buffer.concat(parts).toString('latin1');
    outgoing.end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, seen };
}

/** Sends the bytes, and waits until the connection is closed or nothing has come for `silentMs`: it waits for the rest of a request. */
async function send(port: number, bytes: Buffer, seen: Seen[], silentMs = 40): Promise<Outcome> {
  seen.length = 0;
  const connection = await rawConnection(port);
  connection.send(bytes);
  let open = true;
  void connection.closed.then(() => {
    open = false;
  });
  for (let known = -1; open; ) {
    const now = connection.text().length + seen.length;
    if (now === known) break;
    known = now;
    await sleep(silentMs);
    // Everything is in this process: what has come meanwhile is read, passed on and answered before the next look.
    for (let turns = 0; turns < 12; turns++) await nextTurn();
  }
  connection.end();
  const statuses = [...connection.text().matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  return { seen: seen.filter(({ body }) => body !== undefined), statuses: statuses.filter((status) => status >= 200) };
}

async function openPlain(): Promise<Lane> {
  const { server, seen } = await recorder();
  return {
    ask: (bytes, silentMs) => send(portOf(server), bytes, seen, silentMs),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function openIngress(): Promise<Lane> {
  const { server, seen } = await recorder();
  const activator = new Activator<ServingEndpoint>({ concurrency: 0, wake: () => undefined });
  const connections = createInstanceConnections(portOf(server));
  activator.add({ inFlight: 0, name: 'app-1', connections, activator, markSuspect: () => {} });
  const target: Target = {
    name: 'app',
    authority: 'app.test',
    timeoutMs: 5_000,
    responseStartTimeoutMs: 5_000,
    activator,
  };
  const handler = createIngress({
    virtualHosts: [{ name: 'all', hosts: ['*'], routes: [route('/', 'app')], origin: { file: 'x', line: 1 } }],
    target: () => target,
    telemetry: new Telemetry(),
  });
  const listener: Listener = await listen(handler, { port: 0 });
  return {
    ask: (bytes, silentMs) => send(listener.port, bytes, seen, silentMs),
    close() {
      void listener.close(0);
      connections.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

const inner = 'GET /inner HTTP/1.1\r\nHost: a\r\nX-Inner: 1\r\n\r\n';
const corpus = [
  'GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n\r\n',
  'GET /a?b=c HTTP/1.1\r\nHost: blog.example.org:8080\r\nAccept: */*\r\nCookie: a=b; c=d\r\n\r\n',
  'GET http://a/x HTTP/1.1\r\nHost: a\r\n\r\n',
  'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET / HTTP/1.0\r\n\r\n',
  'OPTIONS /x HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n',
  'PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n',
  `POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
  `POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`,
  'DELETE /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi',
  'POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi',
  'GET / HTTP/1.1\r\nHost: a\r\n\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx',
];
const lines = [
  'Transfer-Encoding: chunked',
  'Transfer-Encoding:\u00a0chunked',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding:\tchunked',
  'Transfer-Encoding:\u000bchunked',
  ' Transfer-Encoding: chunked',
  'Content-Length: 5',
  'Content-Length: 05',
  'Content-Length: +5',
  'Content-Length: 5, 5',
  'Content-Length: 0x5',
  'Content-Length: 5 6',
  'Content-Length:',
  'Content-Length : 5',
  'Host: b',
  'Connection: content-length',
  'Connection: transfer-encoding, close',
  'Upgrade: h2c',
  'Expect: 100-continue',
  'X: a\u0000b',
  'X: a\rb',
  'X',
  ': x',
];
const pieces = [
  '\r',
  '\n',
  '\r\n',
  '\n\n',
  '\r\n\r\n',
  '\0',
  '\t',
  ' ',
  '\u000b',
  '\u000c',
  '\u00a0',
  '\u0085',
  ':',
  ',',
  ';',
  '0',
  'ffffffffffffffff',
  '-1',
  inner,
];

type Change =
  | { kind: 'line'; line: string; at: number }
  | { kind: 'piece'; piece: string; at: number }
  | { kind: 'drop'; at: number; count: number }
  | { kind: 'byte'; at: number; byte: number }
  | { kind: 'line feeds'; at: number };
const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('line' as const), line: fc.constantFrom(...lines), at: share }),
  fc.record({ kind: fc.constant('piece' as const), piece: fc.constantFrom(...pieces), at: share }),
  fc.record({ kind: fc.constant('drop' as const), at: share, count: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ kind: fc.constant('byte' as const), at: share, byte: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ kind: fc.constant('line feeds' as const), at: share }),
);

function changed(text: string, given: Change): string {
  const at = Math.floor(given.at * text.length);
  switch (given.kind) {
    case 'line': {
      const ends = [...text.matchAll(/\r\n/g)].map(({ index }) => index + 2);
      const end = ends[Math.floor(given.at * ends.length)] ?? at;
      return `${text.slice(0, end)}${given.line}\r\n${text.slice(end)}`;
    }
    case 'piece':
      return text.slice(0, at) + given.piece + text.slice(at);
    case 'drop':
      return text.slice(0, at) + text.slice(at + given.count);
    case 'byte':
      return text.slice(0, at) + String.fromCharCode(given.byte) + text.slice(at + 1);
    case 'line feeds':
      return text.slice(0, at) + text.slice(at).replace('\r\n', '\n');
  }
}

const mutated = fc
  .tuple(fc.constantFrom(...corpus), fc.array(change, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(
    ([text, changes, followed]) =>
      changes.reduce(changed, text) + (followed ? 'GET /next HTTP/1.1\r\nHost: a\r\n\r\n' : ''),
  );

/** How what the ingress did differs from what a strict parser reads; `undefined` when it may. */
function wrong(expected: Outcome, found: Outcome): string | undefined {
  const forwarded = JSON.stringify(found.seen);
  const read = JSON.stringify(expected.seen.slice(0, found.seen.length));
  if (forwarded !== read) return `forwarded ${forwarded} where a parser reads ${JSON.stringify(expected.seen)}`;
  const last = found.statuses.at(-1) ?? 0;
  if (found.seen.length < expected.seen.length && (last < 400 || last === 500))
    return `neither forwarded nor refused: ${found.statuses}`;
  return undefined;
}

const plain: Lane[] = [];
const ours: Lane[] = [];
beforeAll(async () => {
  for (let lane = 0; lane < lanes; lane++) {
    plain.push(await openPlain());
    ours.push(await openIngress());
  }
});
afterAll(() => {
  for (const lane of [...plain, ...ours]) lane.close();
});

test(
  'what the ingress forwards is what a strict parser reads, in its order; what it does not forward it refuses',
  async () => {
    let forwarded = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(mutated, { minLength: lanes, maxLength: lanes }), async (texts) => {
        await Promise.all(
          texts.map(async (text, lane) => {
            const bytes = Buffer.from(text, 'latin1');
            let [expected, found] = await Promise.all([plain[lane]!.ask(bytes), ours[lane]!.ask(bytes)]);
            // On a busy machine an answer may be late: what looks wrong is asked again, with more patience.
            if (wrong(expected, found))
              [expected, found] = await Promise.all([plain[lane]!.ask(bytes, 500), ours[lane]!.ask(bytes, 500)]);
            expect(wrong(expected, found), JSON.stringify(text)).toBeUndefined();
            forwarded += found.seen.length;
            if (found.seen.length < expected.seen.length) refused++;
          }),
        );
      }),
      { numRuns: Math.ceil(cases / lanes), seed, endOnFailure: true },
    );
    if (cases > 2_000)
      console.info(`${cases} cases, seed ${seed}: ${forwarded} forwarded, ${refused} refused that node:http takes`);
    expect(forwarded).toBeGreaterThan(cases / 20);
  },
  Math.max(90_000, cases * 60),
);
