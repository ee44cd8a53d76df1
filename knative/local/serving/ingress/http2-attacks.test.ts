import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { rawConnection } from '@dormouse/http/raw-http.fixture';
import { eventually, route } from '@dormouse/local/platform.fixture';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Activator } from '../proxy/activator.ts';
import type { ServingEndpoint } from '../proxy/exchange.ts';
import { createInstanceConnections } from '../proxy/instance-connections.ts';
import type { InstanceConnections } from '../proxy/instance-exchange.ts';
import { type Listener, listen } from '../proxy/listener.ts';
import { createIngress } from './ingress.ts';

const activator = new Activator<ServingEndpoint>({ concurrency: 0, wake: () => undefined });
const app = createServer((_, response) => void response.end('ok'));
let connections: InstanceConnections;
let ingress: Listener;

beforeAll(async () => {
  await new Promise<void>((done) => app.listen(0, '127.0.0.1', done));
  connections = createInstanceConnections((app.address() as AddressInfo).port);
  activator.add({ inFlight: 0, name: 'app-1', connections, activator, markSuspect: () => {} });
  const target = { name: 'app', authority: 'app.test', timeoutMs: 5_000, responseStartTimeoutMs: 5_000, activator };
  const handler = createIngress({
    virtualHosts: [{ name: 'all', hosts: ['*'], routes: [route('/', 'app')], origin: { file: 'x', line: 1 } }],
    target: () => target,
    telemetry: new Telemetry(),
  });
  ingress = await listen(handler, { port: 0 });
});
afterAll(async () => {
  await ingress.close(0);
  connections.destroy();
  app.closeAllConnections();
  app.close();
});

function frame(type: number, flags: number, stream: number, payload: number[] = []): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, Buffer.from(payload)]);
}
const preface = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(0x4, 0, 0)]);
/** `GET /` of http://a. */
const get = (stream: number) => frame(0x1, 0x5, stream, [0x82, 0x86, 0x84, 0x41, 0x01, 0x61]);
const cancel = (stream: number) => frame(0x3, 0, stream, [0, 0, 0, 8]);
/** A frame of a stream that was never opened: an error of the whole connection. */
const broken = frame(0x8, 0, 0, [0, 0, 0, 0]);
const streams = Array.from({ length: 40 }, (_, n) => 2 * n + 1);

it.each<[string, Buffer[]]>([
  ['streams that are cancelled at once', streams.flatMap((n) => [get(n), cancel(n)])],
  ['streams of a connection that breaks at once', [...streams.map(get), broken]],
  ['streams that are cancelled while others begin', [...streams.map(get), ...streams.map(cancel), get(101), broken]],
])('%s end the connection at most, and hold no place', async (_, frames) => {
  for (let n = 0; n < 5; n++) {
    const connection = await rawConnection(ingress.port);
    connection.send(Buffer.concat([preface, ...frames]));
    await new Promise((turn) => setTimeout(turn, n * 5));
    connection.end();
  }
  expect(await (await fetch(`http://127.0.0.1:${ingress.port}/`)).text()).toBe('ok');
  await eventually(() => activator.active === 0, 'nothing is under way');
  expect(activator.active).toBe(0);
});

/** SETTINGS_INITIAL_WINDOW_SIZE 0 (RFC 9113 section 6.5.2): no body can be sent. */
const noWindow = frame(0x4, 0, 0, [0, 4, 0, 0, 0, 0]);

it('a client that leaves while its answers cannot be sent loses its connection, and the bytes it kept', async () => {
  const socket = connect(ingress.port, '127.0.0.1').resume();
  socket.write(Buffer.concat([preface, noWindow, ...streams.map(get)]));
  await once(socket, 'data'); // the answers' heads
  const closed = once(socket, 'close', { signal: AbortSignal.timeout(10_000) });
  socket.end();
  await expect(closed).resolves.toEqual([false]);
});
