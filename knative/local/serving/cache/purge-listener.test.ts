import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { purgeListener } from './purge-listener.ts';

const purge = vi.fn<(tags: Iterable<string>) => number>(() => 0);
const server = createServer(purgeListener({ purge })).listen(0, '127.0.0.1');
afterEach(() => void server.close());

it('purges keys by POST, and nothing otherwise', async () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/purge`;
  const statusOf = async (method: string, headers: Record<string, string> = {}) =>
    (await fetch(url, { method, headers })).status;
  expect(await statusOf('GET', { 'surrogate-key': 'a' })).toBe(405);
  expect(await statusOf('POST')).toBe(400);
  expect(purge).not.toHaveBeenCalled();
  expect(await statusOf('POST', { 'surrogate-key': 'posts  post-7' })).toBe(204);
  expect(purge.mock.calls).toEqual([[['posts', 'post-7']]]);
});
