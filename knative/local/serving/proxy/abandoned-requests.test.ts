import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createHttp1Connections } from './http1-connections.ts';
import type { InstanceConnections, ResponseHandler } from './instance-exchange.ts';

let opened = 0;
const app = createServer((_, response) => void response.end('ok')).on('connection', () => opened++);
let connections: InstanceConnections;
beforeAll(async () => {
  await new Promise<void>((done) => app.listen(0, '127.0.0.1', done));
  connections = createHttp1Connections((app.address() as AddressInfo).port);
});
afterAll(() => {
  connections.destroy();
  app.closeAllConnections();
  app.close();
});

const request = { method: 'GET', path: '/', fields: ['host', 'a'], body: undefined, length: 0, upgrade: '' };
const handler = () =>
  ({
    onResponseHead: vi.fn(),
    onResponseBody: vi.fn(() => true),
    onResponseEnd: vi.fn(),
    onUpgrade: vi.fn(),
    onResponseFailed: vi.fn(),
  }) satisfies ResponseHandler;

it('a request that is abandoned before its connection is open leaves the connection to others', async () => {
  const gone = handler();
  connections.send(request, gone).abandon();
  await vi.waitFor(() => expect(opened).toBe(1));
  const next = handler();
  connections.send(request, next);
  await vi.waitFor(() => expect(next.onResponseEnd).toHaveBeenCalled());
  expect(opened).toBe(1);
  for (const callback of Object.values(gone)) expect(callback).not.toHaveBeenCalled();
});
