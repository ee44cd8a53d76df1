import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needs } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cache } from './cache.ts';
import { Redis } from './ioredis.ts';
import { openLimiter } from './limiter.ts';
import { type OpenRedis, openRedis } from './redis.ts';
import { redisAdmin, redisExporter, redisRules } from './redis-users.ts';

/** The copy in a process lives for 2 s, whatever messages get lost. */
const inTime = { timeout: 10_000 };

describe('with a real Redis', needs('redis-server'), () => {
  let server: ChildProcess;
  let port: number;
  let folder: string;
  const opened: OpenRedis[] = [];
  const urlOf = (user: string) => `redis://${user}:word-of-${user}@127.0.0.1:${port}`;
  const open = (service = 'posts') => {
    // A busy machine is no silent Redis.
    const redis = openRedis(urlOf(service), service, { deadlineMs: 500 });
    opened.push(redis);
    return redis;
  };
  /** What Redis answers a user, in a word. */
  const answerTo = async (user: string, [command, ...args]: string[]) => {
    const redis = new Redis(urlOf(user), { enableReadyCheck: false, disableClientInfo: true });
    try {
      return await redis.call(command!, ...args).then(
        () => 'taken',
        (error: Error) => error.message.split(' ')[0],
      );
    } finally {
      redis.disconnect();
    }
  };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dormouse-redis-'));
    port = await freePort();
    const users = ['posts', 'web', redisAdmin, redisExporter]
      .map((user) => `user ${[user, 'on', `>word-of-${user}`, ...redisRules(user)].join(' ')}\n`)
      .join('');
    writeFileSync(join(folder, 'users.acl'), `user default off\n${users}`);
    const settings = ['--port', String(port), '--save', '', '--dir', folder, '--aclfile', join(folder, 'users.acl')];
    server = spawn('redis-server', settings, {
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
      .poll(async () => (await (await open().commands()).mgetBuffer('posts:cache:real:copy:list:1'))[0], inTime)
      .not.toBeNull();
    expect(await second?.get('list:1', async () => Buffer.from('other'))).toEqual(bytes);
    await first?.purge('list:');
    await expect.poll(() => second?.get('list:1', async () => Buffer.from('new')), inTime).toEqual(Buffer.from('new'));
  });

  test('what another instance purges is heard by its own function only', async () => {
    const kept = cache<string>({ name: 'heard', ttlMs: 60_000, max: 10, redis: open('posts') });
    const heard: string[] = [];
    await open('posts').subscribe('posts:cache:heard:purged', (message) => heard.push(message));
    await expect(open('web').subscribe('posts:cache:heard:purged', () => {})).rejects.toThrow(/NOPERM/);
    await kept.purge('one');
    await expect.poll(() => heard, inTime).toEqual(['["one"]']);
  });

  test('functions that count under the same name do not count together', async () => {
    const [posts, web] = [open('posts'), open('web')].map((redis) => openLimiter({ redis }));
    expect(await posts?.take('write:1', 1, 60_000)).toMatchObject({ allowed: true });
    expect(await web?.take('write:1', 1, 60_000)).toMatchObject({ allowed: true });
    expect(await posts?.take('write:1', 1, 60_000)).toMatchObject({ allowed: false });
  });

  const script = "return redis.call('SET', KEYS[1], 'forged')";
  const hidden = "return redis.call('SET', 'posts:k', 'forged')";
  test.each([
    [['SET', 'web:k', 'v', 'PX', '1000'], 'taken'],
    [['MGET', 'web:k'], 'taken'],
    [['EVAL', script, '1', 'web:k'], 'taken'],
    [['SET', 'posts:k', 'v', 'PX', '1000'], 'NOPERM'],
    [['MGET', 'web:k', 'posts:k'], 'NOPERM'],
    [['EVAL', script, '1', 'posts:k'], 'NOPERM'],
    [['EVAL', hidden, '0'], 'ERR'], // "can't access at least one of the keys"
    [['ZADD', 'posts:limit:write:1', '1', 'x'], 'NOPERM'],
    [['PUBLISH', 'posts:cache:real:purged', '[]'], 'NOPERM'],
    [['PSUBSCRIBE', '*'], 'NOPERM'],
    [['SET', 'limit:write:1', 'v'], 'NOPERM'],
    ...[
      'FLUSHALL',
      'FLUSHDB',
      'CONFIG GET *',
      'CONFIG SET maxmemory 1',
      'KEYS *',
      'SCAN 0',
      'RANDOMKEY',
      'DBSIZE',
      'INFO',
      'ACL LIST',
      'ACL SETUSER web +@all',
      'CLIENT LIST',
      'MONITOR',
      'SCRIPT FLUSH',
      'SHUTDOWN NOSAVE',
    ].map((line): [string[], string] => [line.split(' '), 'NOPERM']),
  ])('a function that sends %j: %s', async (command, answer) => {
    expect(await answerTo('web', command)).toBe(answer);
  });

  test('nobody is let in without a name, and the exporter sees figures but no key', async () => {
    const nameless = new Redis(`redis://127.0.0.1:${port}`, { enableReadyCheck: false, disableClientInfo: true });
    nameless.on('error', () => {});
    await expect(nameless.get('web:k')).rejects.toThrow(/NOAUTH/);
    nameless.disconnect();
    expect(await answerTo(redisExporter, ['INFO'])).toBe('taken');
    expect(await answerTo(redisExporter, ['GET', 'web:k'])).toBe('NOPERM');
    expect(await answerTo(redisAdmin, ['ACL', 'LIST'])).toBe('taken');
  });

  test('one that hangs is asked once, however many need it, and counts again when it goes on', async () => {
    const evals = async () => {
      const figures = new Redis(urlOf(redisExporter), { enableReadyCheck: false, disableClientInfo: true });
      const stats = await figures.info('commandstats').finally(() => figures.disconnect());
      return Number(/cmdstat_eval:calls=(\d+)/.exec(stats)?.[1] ?? 0);
    };
    const limiter = openLimiter({ redis: open() });
    const take = (key: string) => limiter.take(key, 5, 60_000).catch(({ code }: { code: string }) => code);
    expect(await take('before')).toMatchObject({ allowed: true });
    const before = await evals();
    server.kill('SIGSTOP');
    const during = [];
    for (let n = 0; n < 12; n++) during.push(await take('during'));
    server.kill('SIGCONT');
    expect(new Set(during)).toEqual(new Set(['unavailable']));
    expect(await evals()).toBe(before + 1);
    await expect.poll(() => take('after'), inTime).toMatchObject({ allowed: true });
  });

  test('while it is stopped, cached values are loaded and nothing is counted', async () => {
    const away = openRedis('redis://127.0.0.1:1', 'posts');
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
