import { createServer, request } from 'node:http';
import { connect } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { ProblemError } from '@dormouse/http/problem-error';
import { route } from '@dormouse/local/platform.fixture';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import {
  Client,
  credentials,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  status,
} from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { Activator } from '../proxy/activator.ts';
import type { ServingEndpoint, Target } from '../proxy/exchange.ts';
import { createInstanceConnections } from '../proxy/instance-connections.ts';
import type { InstanceProtocol } from '../proxy/instance-exchange.ts';
import { type Listener, listen } from '../proxy/listener.ts';
import { createIngress } from './ingress.ts';

/** A Service that is asleep; its instance is there a moment after the first request. */
function sleepingTarget(name: string, port: number, protocol: InstanceProtocol = 'http1'): Target & { seen(): number } {
  const activator = new Activator<ServingEndpoint>({
    concurrency: 0,
    wake: (): ProblemError | undefined => {
      setTimeout(() => activator.add(endpoint), 50);
      return undefined;
    },
  });
  const endpoint: ServingEndpoint = {
    inFlight: 0,
    name: `${name}-00001-1`,
    connections: createInstanceConnections(port, protocol),
    activator,
    markSuspect: () => {},
  };
  return {
    name,
    authority: `${name}.test.svc.cluster.local`,
    timeoutMs: 10_000,
    responseStartTimeoutMs: 10_000,
    streams: protocol === 'h2c',
    activator,
    seen: () => endpoint.inFlight,
  };
}

const unary: MethodDefinition<Buffer, Buffer> = {
  path: '/echo.Echo/Say',
  requestStream: false,
  responseStream: false,
  requestSerialize: (value) => value,
  requestDeserialize: (value) => value,
  responseSerialize: (value) => value,
  responseDeserialize: (value) => value,
};
const both: MethodDefinition<Buffer, Buffer> = {
  ...unary,
  path: '/echo.Echo/Chat',
  requestStream: true,
  responseStream: true,
};

let ingress: Listener;
const targets = new Map<string, ReturnType<typeof sleepingTarget>>();
const cleanup = new AsyncDisposableStack();
const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

beforeAll(async () => {
  const app = createServer((incoming, outgoing) => {
    if (incoming.url === '/ws/refused') return void outgoing.writeHead(401, { 'content-length': '2' }).end('no');
    if (incoming.url === '/events-stream') {
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
      let count = 0;
      const timer = setInterval(() => {
        outgoing.write(`data: ${++count}\n\n`);
        if (count < 3) return;
        clearInterval(timer);
        outgoing.end();
      }, 30);
      return;
    }
    if (incoming.url === '/too-large') {
      outgoing.writeHead(413, { 'content-type': 'text/plain', connection: 'close' }).end('too large');
      setTimeout(() => incoming.socket.destroy(), 5);
      return;
    }
    outgoing.end('ok');
  });
  const sockets = new WebSocketServer({ noServer: true });
  app.on('upgrade', (incoming, socket, head) => {
    if (incoming.url === '/ws/refused')
      return void socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\nno');
    sockets.handleUpgrade(incoming, socket, head, (client) => {
      client.send(`hello ${incoming.headers['x-client']} ${incoming.headers.host}`);
      client.on('message', (data, binary) => client.send(data, { binary }));
    });
  });
  await new Promise<void>((done) => app.listen(0, '127.0.0.1', done));
  cleanup.defer(() => {
    app.closeAllConnections();
    app.close();
  });

  const grpc = new Server();
  grpc.addService(
    { say: unary, chat: both },
    {
      say: (
        call: ServerUnaryCall<Buffer, Buffer>,
        callback: (error: object | null, value?: Buffer, trailer?: Metadata) => void,
      ) => {
        if (call.request.length === 0) return callback({ code: status.INVALID_ARGUMENT, details: 'say something' });
        const trailer = new Metadata();
        trailer.set('x-length', String(call.request.length));
        callback(null, call.request, trailer);
      },
      chat: (call: ServerDuplexStream<Buffer, Buffer>) => {
        call.on('data', (part: Buffer) => call.write(part)).on('end', () => call.end());
      },
    },
  );
  const grpcPort = await new Promise<number>((done, failed) =>
    grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? failed(error) : done(port),
    ),
  );
  cleanup.defer(() => grpc.forceShutdown());

  targets.set('app', sleepingTarget('app', portOf(app)));
  targets.set('grpc', sleepingTarget('grpc', grpcPort, 'h2c'));
  const routes = [
    route('/echo.Echo', 'grpc'),
    route('/', 'app', {
      requestHeaders: { set: { 'x-client': '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%' }, add: {}, remove: [] },
    }),
  ];
  const handler = createIngress({
    virtualHosts: [{ name: 'all', hosts: ['*'], routes, origin: { file: 'x', line: 1 } }],
    target: (name) => targets.get(name),
    telemetry: new Telemetry(),
  });
  ingress = await listen(handler, { port: 0 });
  cleanup.defer(() => ingress.close(0));
});
afterAll(() => cleanup.disposeAsync());

describe('a WebSocket', () => {
  const opened = async (path: string) => {
    const socket = new WebSocket(`ws://127.0.0.1:${ingress.port}${path}`);
    socket.binaryType = 'arraybuffer';
    const messages: unknown[] = [];
    let came = () => {};
    socket.onmessage = ({ data }) => {
      messages.push(data);
      came();
    };
    const closed = new Promise<number>((done) => (socket.onclose = ({ code }) => done(code)));
    const message = async () => {
      while (messages.length === 0) await new Promise<void>((done) => (came = done));
      return messages.shift();
    };
    return { socket, message, closed };
  };

  it('wakes a function, carries messages both ways, holds a place, and ends', async () => {
    const { socket, message, closed } = await opened('/ws');
    expect(await message()).toBe('hello 127.0.0.1 app.test.svc.cluster.local');
    expect(targets.get('app')!.seen()).toBe(1);
    socket.send('text');
    expect(await message()).toBe('text');
    const large = Buffer.alloc(1_000_000, 'x');
    socket.send(large);
    expect(Buffer.from((await message()) as ArrayBuffer).equals(large)).toBe(true);
    socket.close(1000);
    expect(await closed).toBe(1000);
    await expect.poll(() => targets.get('app')!.seen()).toBe(0);
  });

  it('that the function refuses is refused with its answer', async () => {
    const asked = request({
      port: ingress.port,
      path: '/ws/refused',
      headers: { connection: 'Upgrade', upgrade: 'websocket' },
    });
    const answer = new Promise<{ status: number | undefined; body: string }>((done, failed) => {
      asked.on('error', failed).on('upgrade', () => failed(new Error('it was accepted')));
      asked.on('response', async (incoming) => {
        let body = '';
        for await (const part of incoming.setEncoding('utf8')) body += part;
        done({ status: incoming.statusCode, body });
      });
    });
    asked.end();
    expect(await answer).toEqual({ status: 401, body: 'no' });
    await expect.poll(() => targets.get('app')!.seen()).toBe(0);
  });

  it('to HTTP/2 (h2c) is not followed: the request is answered as it is', async () => {
    const answer = await new Promise<number | undefined>((done, failed) => {
      request({
        port: ingress.port,
        path: '/',
        headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQAAP__' },
      })
        .on('error', failed)
        .on('response', (incoming) => done(incoming.resume().statusCode))
        .end();
    });
    expect(answer).toBe(200);
  });
});

it('server-sent events pass as they come', async () => {
  const response = await fetch(`http://127.0.0.1:${ingress.port}/events-stream`);
  const parts: string[] = [];
  for await (const part of response.body!) parts.push(Buffer.from(part).toString());
  expect(parts).toEqual(['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n']);
});

it('an upload of 50 MB that the function refuses early is answered with its words, each time', async () => {
  for (let round = 0; round < 20; round++) {
    const answer = await new Promise<{ status: number | undefined; body: string }>((done, failed) => {
      const asked = request({
        port: ingress.port,
        path: '/too-large',
        method: 'POST',
        agent: false,
        headers: { 'content-length': 50_000_000 },
      });
      asked.on('response', async (incoming) => {
        let body = '';
        for await (const part of incoming.setEncoding('utf8')) body += part;
        asked.destroy();
        done({ status: incoming.statusCode, body });
      });
      asked.on('error', failed);
      const part = Buffer.alloc(1_000_000);
      let sent = 0;
      const more = () => {
        while (sent < 50 && !asked.destroyed) {
          sent++;
          if (!asked.write(part)) return void asked.once('drain', more);
        }
        if (!asked.destroyed) asked.end();
      };
      more();
    });
    expect(answer, `round ${round}`).toEqual({ status: 413, body: 'too large' });
  }
});

describe('gRPC', () => {
  const client = () => new Client(`127.0.0.1:${ingress.port}`, credentials.createInsecure());
  const say = (text: string) =>
    new Promise<{ value?: string; error?: { code: number; details: string }; trailer?: unknown }>((done) => {
      const calling = client();
      let trailer: Metadata | undefined;
      calling
        .makeUnaryRequest(
          unary.path,
          unary.requestSerialize,
          unary.responseDeserialize,
          Buffer.from(text),
          (error, value) => {
            calling.close();
            setImmediate(() =>
              done({
                ...(value && { value: value.toString() }),
                ...(error && { error: { code: error.code, details: error.details } }),
                trailer: trailer?.get('x-length'),
              }),
            );
          },
        )
        .on('status', (given) => (trailer = given.metadata));
    });

  it('wakes a function whose port is named h2c, and brings back its message and trailers', async () => {
    expect(await say('hello')).toEqual({ value: 'hello', trailer: ['5'] });
  });

  it('brings back the status of a call that fails', async () => {
    expect(await say('')).toMatchObject({ error: { code: status.INVALID_ARGUMENT, details: 'say something' } });
  });

  it('streams both ways at once, and may be quiet in between', async () => {
    const calling = client();
    const call = calling.makeBidiStreamRequest(both.path, both.requestSerialize, both.responseDeserialize);
    const heard: string[] = [];
    for (const word of ['one', 'two', 'three']) {
      const answer = new Promise<Buffer>((done) => call.once('data', done));
      call.write(Buffer.from(word));
      heard.push((await answer).toString());
    }
    call.end();
    await new Promise<void>((done) => call.on('end', done).resume());
    calling.close();
    expect(heard).toEqual(['one', 'two', 'three']);
    await expect.poll(() => targets.get('grpc')!.seen()).toBe(0);
  });
});

it('a client that begins with HTTP/2 reaches a function that speaks HTTP/1.1', async () => {
  const session = connect(`http://127.0.0.1:${ingress.port}`);
  const answer = await new Promise<{ status: unknown; traceId: unknown; body: string }>((done, failed) => {
    const stream = session.request({ ':path': '/', ':method': 'POST' });
    let head: Record<string, unknown> = {};
    let body = '';
    stream
      .on('response', (headers) => (head = headers))
      .setEncoding('utf8')
      .on('data', (part) => (body += part))
      .on('end', () => done({ status: head[':status'], traceId: head['x-trace-id'], body }))
      .on('error', failed);
    stream.end('x'.repeat(100_000));
  });
  session.close();
  expect(answer).toEqual({ status: 200, traceId: expect.stringMatching(/^[0-9a-f]{32}$/), body: 'ok' });
});
