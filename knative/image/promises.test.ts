import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { freePort } from '@dormouse/serving/process/free-port';
import { skippedFor } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Contained, missingForContainers, unpack } from './contained.fixture.ts';
import { type Image, imageMaker } from './make.ts';

const maxOwnBytes = 120e6;

describe('the image of web, run as a cluster runs it', skippedFor(missingForContainers()), () => {
  let image: Image;
  let contained: Contained;
  /** Answers for posts, when a test says so. */
  let upstream: Server;
  const waiting: ServerResponse[] = [];
  let web: ChildProcess;
  let origin: string;

  beforeAll(async () => {
    image = await imageMaker()('web');
    contained = unpack(image);
    upstream = createServer((_, response) => waiting.push(response)).listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    const other = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    web = contained.start({
      PORT: String(port),
      K_SERVICE: 'web',
      POSTS_URL: other,
      CATEGORIES_URL: other,
      AUTH_URL: other,
      JWKS_URL: `${other}/jwks`,
      MEDIA_DIR: '/media',
      DATABASE_URL: 'postgres://web@127.0.0.1:9/nothing',
      LOG_LEVEL: 'warn',
    });
    while (
      !(await fetch(`${origin}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ))
    ) {
      if (web.exitCode !== null) throw new Error(await text(web.stderr!));
      await sleep(50);
    }
  });
  afterAll(() => {
    web?.kill('SIGKILL');
    upstream?.close();
    contained?.[Symbol.dispose]();
  });

  /** A field of /proc/PID/status, its values apart. */
  const status = (field: string) => {
    const fields = readFileSync(`/proc/${web.pid}/status`, 'utf8')
      .split('\n')
      .map((line) => line.split(/:\s*/));
    return fields.find(([name]) => name === field)?.[1]?.split(/\s+/);
  };

  test('is nobody, belongs to no group of this machine, and can become nobody else', () => {
    expect(status('Uid')).toEqual(Array(4).fill('65532'));
    expect(status('Gid')).toEqual(Array(4).fill('65532'));
    expect(status('Groups')).toEqual(['']);
    expect(status('NoNewPrivs')).toEqual(['1']);
  });

  test('has no capability', () => {
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) expect(status(set)).toEqual(['0'.repeat(16)]);
  });

  test('starts and answers where it may write nothing', async () => {
    const writing = `for (const folder of ['/', '/app', '/app/cache', '/tmp', '/usr/bin'])
      try { require('node:fs').writeFileSync(folder + '/x', ''); console.log(folder) } catch (error) { console.log(error.code) }`;
    const child = contained.start({}, ['-e', writing]);
    expect(await text(child.stdout!)).toBe('EROFS\n'.repeat(5));
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
  });

  test('has no program but Node.js', async () => {
    const listing = `console.log(require('node:fs').readdirSync('/usr/bin').join())`;
    expect(await text(contained.start({}, ['-e', listing]).stdout!)).toBe('node\n');
  });

  test('is small besides the layer of Node.js, which all share', () => {
    const [, ...own] = image.layers;
    const bytes = own.reduce((sum, layer) => sum + gunzipSync(layer.bytes).length, 0);
    expect(bytes).toBeGreaterThan(1e5);
    expect(bytes).toBeLessThan(maxOwnBytes);
  });

  test('answers what it has begun when it is told to end, takes nothing new, and ends with 0', async () => {
    const begun = fetch(`${origin}/blog/posts/a`);
    while (waiting.length === 0) await sleep(10);
    const ended = once(web, 'exit');
    web.kill('SIGTERM');
    while (
      await fetch(`${origin}/healthz`).then(
        () => true,
        () => false,
      )
    )
      await sleep(10);
    for (const response of waiting) response.writeHead(404, { 'content-type': 'application/problem+json' }).end('{}');
    expect((await begun).status).toBe(404);
    expect(await ended).toEqual([0, null]);
  });
});
