import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { probe } from './probe.ts';
import { runProbeCommand } from './process/command-probe.ts';
import { createInstanceConnections } from './proxy/instance-connections.ts';

const server = createServer((request, response) => {
  const known = request.url === '/ready' || (request.headers['x-probe'] === 'a' && request.headers.host === 'b');
  response.writeHead(known ? 200 : 503).end('{"detail":"not yet"}');
});
let port: number;
beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

const timeoutMs = 5000;

test('an instance that answers is ready, or says why not', async () => {
  const instance = { port, connections: createInstanceConnections(port) };
  expect(await probe(instance, { path: '/ready', timeoutMs })).toBeUndefined();
  expect(await probe(instance, { path: '/starting', timeoutMs })).toBe('/starting answers 503: not yet');
  expect(await probe(instance, { path: undefined, timeoutMs })).toBeUndefined();
});

test('an instance that is given up while it is asked is not ready', async () => {
  const connections = createInstanceConnections(port);
  connections.destroy();
  expect(await probe({ port, connections }, { path: '/ready', timeoutMs })).toMatch(/^\/ready cannot be reached \(/);
});

test('a probe may name a port and fields of its request', async () => {
  const other = { port: 1, connections: createInstanceConnections(1) };
  expect(await probe(other, { path: '/ready', port, timeoutMs })).toBeUndefined();
  expect(await probe(other, { path: '/starting', port, timeoutMs })).toBe('/starting answers 503: not yet');
  expect(await probe(other, { path: '/ready', timeoutMs })).toMatch(/^\/ready cannot be reached/);
  expect(await probe(other, { path: undefined, port, timeoutMs })).toBeUndefined();
  const headers = ['X-Probe', 'a', 'Host', 'b'];
  const served = { port, connections: createInstanceConnections(port) };
  for (const instance of [served, other])
    expect(await probe(instance, { path: '/', port, headers, timeoutMs })).toBeUndefined();
});

test('a probe may be a command, which succeeds when it exits with 0', async () => {
  const { PATH = '' } = process.env;
  const exec = (command: readonly string[], ms: number) =>
    runProbeCommand(command, { cwd: import.meta.dirname, env: { PATH, SAID: 'no' } }, ms);
  const instance = { port, connections: createInstanceConnections(port), exec };
  const ask = (...command: string[]) => probe(instance, { path: undefined, exec: command, timeoutMs: 2_000 });
  expect(await ask('test', '-f', 'probe.ts')).toBeUndefined();
  expect(await ask('sh', '-c', 'echo $SAID >&2; exit 3')).toBe('sh ended with code 3: no');
  expect(await ask('nowhere-to-be-found')).toBe('nowhere-to-be-found cannot be run (ENOENT)');
  const hanging = { path: undefined, exec: ['sleep', '60'], timeoutMs: 50 };
  expect(await probe(instance, hanging)).toBe('sleep did not end within 50 ms');
});

test('a probe may ask the health service of gRPC', async () => {
  const said: Record<string, number> = { '': 1, shop: 2 };
  const health = new Server();
  const method = {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: (value: Buffer) => value,
    requestDeserialize: (bytes: Buffer) => ({ service: bytes.subarray(2).toString() }),
    responseSerialize: (status: number) => Buffer.from([8, status]),
    responseDeserialize: (bytes: Buffer) => bytes,
  } as const;
  health.addService(
    { check: method },
    {
      check: ({ request: { service } }: ServerUnaryCall<{ service: string }, number>, done: sendUnaryData<number>) =>
        service in said ? done(null, said[service]) : done({ code: 5, details: 'unknown service' }),
    },
  );
  const bound = await new Promise<number>((listening, failed) =>
    health.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, at) =>
      error ? failed(error) : listening(at),
    ),
  );
  const instance = { port: bound, connections: createInstanceConnections(bound) };
  const ask = (grpc: string, at = bound) => probe(instance, { path: undefined, grpc, port: at, timeoutMs });
  expect(await ask('')).toBeUndefined();
  expect(await ask('shop')).toBe('its health service says NOT_SERVING');
  expect(await ask('other')).toBe('its health service cannot be asked: NOT_FOUND unknown service');
  health.forceShutdown();
  expect(await ask('')).toMatch(/^its health service cannot be asked: UNAVAILABLE/);
});
