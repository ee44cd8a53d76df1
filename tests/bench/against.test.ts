import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningPlatform } from '../platform.ts';
import { againstBench, againstTable } from './against.ts';
import { tooDear } from './ratios.ts';

// Stands for both servers; `platform` is asked for its address and its process alone.
const server = createServer((request, response) => {
  response.statusCode = request.url === '/gone' ? 404 : 200;
  response.end(request.url);
});
let origin: string;
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const measure = (paths: Record<string, string>, pids: number[] = []) =>
  againstBench(
    { url: origin, pid: process.pid } as RunningPlatform,
    { origin, pids, paths },
    { rounds: 1, seconds: 1, somePost: { id: 7, slug: 'seven' } },
    () => {},
  );

test('a path that the other server does not have is an error before anything is measured', async () => {
  await expect(measure({ list: '/list', page: '/gone' })).rejects.toThrow(`${origin}/gone answered 404`);
});

test('both are asked in turn, each by its own path', async () => {
  const { requests } = await measure({ page: '/p' });
  expect(requests).toMatchObject({
    page: { platform: { bytes: '/blog/posts/seven'.length, errors: 0 }, other: { bytes: 2, cpuMs: null, errors: 0 } },
  });
  const lines: string[] = [];
  againstTable({ origin, requests }, () => {}, lines);
  expect(lines).toEqual([expect.stringMatching(/^\| page \| platform \| /), expect.stringContaining('not known')]);
});

test('a ratio that is no number is too dear', () => {
  const of = (name: string, ratio: number) => ({ name, ratio, most: 5 });
  expect(tooDear([of('list', 5), of('post', 5.1), of('home', Number.NaN)]).map(({ name }) => name)).toEqual([
    'post',
    'home',
  ]);
});
