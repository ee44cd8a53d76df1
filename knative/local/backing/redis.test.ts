import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alive, eventually } from '@dormouse/local/platform.fixture';
import { needs } from '@dormouse/tests/needs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRedis } from './redis.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'dormouse-redis-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('a Redis of the user is used as it is', async () => {
  const redis = await startRedis({ home, url: 'redis://elsewhere' });
  expect([await redis?.urlOf('posts', []), redis?.pid]).toEqual(['redis://elsewhere', undefined]);
});

describe('a Redis of our own', needs('redis-server'), () => {
  it('accepts only clients with its password, which is not on its command line, and stops on request', async () => {
    const redis = (await startRedis({ home, url: undefined }))!;
    const { port, password } = new URL(await redis.urlOf('posts', ['~posts:*', '+set']));
    const said = await new Promise<string>((done) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('PING\r\n'));
      socket.once('data', (data) => {
        socket.destroy();
        done(String(data));
      });
    });
    expect(said).toMatch(/^-NOAUTH/);
    expect(readFileSync(`/proc/${redis.pid}/cmdline`, 'utf8')).not.toContain(password);
    await redis.stop();
    expect(alive(redis.pid!)).toBe(false);
    expect(existsSync(join(home, 'redis.pid'))).toBe(false);
  });

  it('has a user for each function who has the keys of that function, also after it was started again', async () => {
    const said: string[] = [];
    const redis = (await startRedis({ home, url: undefined, say: (line) => said.push(line) }))!;
    const urlOf = (name: string) => redis.urlOf(name, [`~${name}:*`, '+set', '+quit']);
    const urls = [await urlOf('posts'), await urlOf('web')];
    expect(await urlOf('posts')).toBe(urls[0]);
    const answers = async () => [
      await answer(urls[0]!, 'SET posts:k v'),
      await answer(urls[1]!, 'SET web:k v'),
      await answer(urls[1]!, 'SET posts:k v'),
      await answer(urls[1]!, 'FLUSHALL'),
    ];
    const expected = ['+OK', '+OK', '-NOPERM', '-NOPERM'];
    expect(await answers()).toEqual(expected);
    process.kill(redis.pid!, 'SIGKILL');
    await eventually(() => said.includes('Redis is back'), 'it is back');
    expect(await answers()).toEqual(expected);
    await redis.stop();
  });

  it('is started again at the same address when it dies, as often as it does', async () => {
    const said: string[] = [];
    const redis = (await startRedis({ home, url: undefined, say: (line) => said.push(line) }))!;
    for (const times of [1, 2]) {
      const pid = redis.pid!;
      process.kill(pid, 'SIGKILL');
      await eventually(() => said.length === 2 * times, 'it is back');
      expect(redis.pid).not.toBe(pid);
      expect(alive(redis.pid!)).toBe(true);
    }
    expect(said.slice(2)).toEqual(['Redis ended unexpectedly and is started again', 'Redis is back']);
    const { pid } = redis;
    await redis.stop();
    expect(alive(pid!)).toBe(false);
  });

  it('that a killed platform left behind is ended by the next start', async () => {
    const left = (await startRedis({ home, url: undefined }))!;
    const next = (await startRedis({ home, url: undefined }))!;
    await eventually(() => !alive(left.pid!), 'the old one is gone');
    expect(alive(next.pid!)).toBe(true);
    await next.stop();
  });
});

/** First word of what Redis answers to a line of that user. */
const answer = (url: string, line: string) => {
  const { port, username, password } = new URL(url);
  return new Promise<string>((done) => {
    const socket = connect(Number(port), '127.0.0.1', () =>
      socket.write(`AUTH ${username} ${password}\r\n${line}\r\nQUIT\r\n`),
    );
    let said = '';
    socket
      .setEncoding('utf8')
      .on('data', (text) => {
        said += text;
      })
      .once('close', () => done(said.split('\r\n')[1]!.split(' ')[0]!));
  });
};
