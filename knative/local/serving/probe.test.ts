import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { probe } from './probe.ts';
import { createInstanceConnections } from './proxy/instance-connections.ts';

const server = createServer((request, response) => {
  response.writeHead(request.url === '/ready' ? 200 : 503).end('{"detail":"not yet"}');
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
