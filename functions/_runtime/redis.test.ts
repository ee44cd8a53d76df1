import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needs } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cache } from './cache.ts';
import { openLimiter } from './limiter.ts';
import { type OpenRedis, openRedis } from './redis.ts';

/** The copy in a process lives for 2 s, whatever messages get lost. */
const inTime = { timeout: 10_000 };

describe('with a real Redis', needs('redis-server'), () => {
  let server: ChildProcess;
  let url: string;
  let folder: string;
  const opened: OpenRedis[] = [];
  const open = () => {
    const redis = openRedis(url);
    opened.push(redis);
    return redis;
  };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dormouse-redis-'));
    const port = await freePort();
    url = `redis://127.0.0.1:${port}`;
    server = spawn('redis-server', ['--port', String(port), '--save', '', '--dir', folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve) =>
      server.stdout?.on('data', (text) => String(text).includes('Ready to accept') && resolve()),
    );
  });
  afterAll(() => {
    for (const redis of opened) redis.close();
    server.kill();
    rmSync(folder, { recursive: true });
  });

  test('of many at once exactly the limit are allowed, and the refused learn when to come back', async () => {
    const limiters = [openLimiter({ redis: open() }), openLimiter({ redis: open() })];
    const taken = await Promise.all(Array.from({ length: 30 }, (_, i) => limiters[i % 2]?.take('burst', 7, 60_000)));
    expect(taken.filter((each) => each?.allowed)).toHaveLength(7);
    const rejected = taken.find((each) => !each?.allowed);
    expect(rejected?.resetMs).toBeGreaterThan(50_000);
    expect(rejected?.resetMs).toBeLessThanOrEqual(60_000);
  });

  test('what one instance loads another finds; what one purges all forget, bytes included', async () => {
    const [first, second] = [open(), open()].map((redis) =>
      cache<Buffer>({ name: 'real', ttlMs: 60_000, max: 10, redis }),
    );
    const bytes = Buffer.from([0, 255, 10, 13]);
    await first?.get('list:1', async () => bytes);
    await expect
      .poll(async () => (await (await open().commands()).mgetBuffer('cache:real:copy:list:1'))[0], inTime)
      .not.toBeNull();
    expect(await second?.get('list:1', async () => Buffer.from('other'))).toEqual(bytes);
    await first?.purge('list:');
    await expect.poll(() => second?.get('list:1', async () => Buffer.from('new')), inTime).toEqual(Buffer.from('new'));
  });

  test('while it is stopped, cached values are loaded and nothing is counted', async () => {
    const away = openRedis('redis://127.0.0.1:1');
    opened.push(away);
    expect(
      await cache<string>({ name: 'away', ttlMs: 1000, max: 10, redis: away }).get('k', async () => 'loaded'),
    ).toBe('loaded');
    await expect(openLimiter({ redis: away }).take('k', 1, 1000)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
