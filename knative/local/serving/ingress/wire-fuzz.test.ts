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
import { mutatedRequest } from './wire-requests.fixture.ts';

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
      fc.asyncProperty(fc.array(mutatedRequest, { minLength: lanes, maxLength: lanes }), async (texts) => {
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
