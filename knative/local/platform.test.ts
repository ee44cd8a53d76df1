import { readdirSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { HomeInUse } from './home-lock.ts';
import { homeEntries, isHome } from './home-marker.ts';
import {
  alive,
  eventually,
  route,
  service,
  type TestPlatform,
  type TestPlatformOptions,
  testPlatform,
} from './platform.fixture.ts';

/** A function of a few lines: says who it is, waits as long as asked. */
const hello = (version = 'one') => `
import { createServer } from 'node:http';
let now = 0, maxAtOnce = 0, seen = 0;
const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://x');
  if (url.pathname === '/readyz') return void response.writeHead(globalThis.sick ? 503 : 200).end(globalThis.sick ? '{"detail":"no database today"}' : '');
  seen++;
  maxAtOnce = Math.max(maxAtOnce, ++now);
  if (url.searchParams.get('do') === 'crash') process.kill(process.pid, 'SIGKILL');
  if (url.searchParams.get('do') === 'sicken') globalThis.sick = true;
  const parts = [];
  for await (const part of request) parts.push(part);
  await new Promise((done) => setTimeout(done, Number(url.searchParams.get('wait') ?? 0)));
  now--;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ version: '${version}', pid: process.pid, maxAtOnce, seen, revision: process.env.K_REVISION, service: process.env.K_SERVICE, size: Buffer.concat(parts).length, env: Object.keys(process.env), headers: request.headers, listens: server.address().address }));
}).listen(Number(process.env.PORT));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

type Said = {
  version: string;
  pid: number;
  maxAtOnce: number;
  seen: number;
  revision: string;
  service: string;
  size: number;
  env: string[];
  headers: Record<string, string>;
};

let platform: TestPlatform;
const start = async (options: TestPlatformOptions) => {
  platform = await testPlatform(options);
  return platform;
};
afterEach(() => platform?.end());

const say = async (path: string, init?: RequestInit): Promise<Said> =>
  (await (await platform.get(path, init)).json()) as Said;
const status = (name = 'hello') => platform.services().find((each) => each.name === name)!;

/** Sends `count` requests, `together` at a time; how often each status came. */
async function statuses(
  path: string,
  count: number,
  together: number,
  init: { method?: 'GET' | 'POST'; body?: string } = {},
): Promise<Record<string, number>> {
  const agent = new Agent({ connections: together, pipelining: 1 });
  const counted: Record<string, number> = {};
  let left = count;
  const client = async () => {
    while (left-- > 0) {
      const response = await agent
        .request({ origin: platform.url, path, method: init.method ?? 'GET', body: init.body ?? null })
        .then(
          async ({ statusCode, body }) => {
            const text = await body.text();
            return statusCode === 200 ? '200' : `${statusCode} ${text}`;
          },
          (error: Error & { code?: string }) => error.code ?? error.message,
        );
      counted[response] = (counted[response] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: together }, client));
  await agent.close();
  return counted;
}

describe('a Service', () => {
  it('is asleep until asked, wakes, and falls asleep after its window', async () => {
    await start({ programs: { hello: hello() }, services: [service('hello', { autoscaling: { windowMs: 1_000 } })] });
    expect(status()).toMatchObject({ instances: 0, state: 'asleep', last_cold_start_ms: null });
    const { pid, revision, service: name } = await say('/hello');
    expect({ revision, name }).toEqual({ revision: 'hello-00001', name: 'hello' });
    expect(status()).toMatchObject({
      instances: 1,
      state: 'ready',
      requests: 1,
      last_cold_start_ms: expect.any(Number),
    });
    await eventually(() => status().state === 'asleep', 'asleep');
    expect(alive(pid)).toBe(false);
  });

  it('sees nothing of the environment of the user who started the platform', async () => {
    process.env.SECRET_OF_THE_SHELL = 'x';
    await start({ programs: { hello: hello() }, services: [service('hello')] });
    const { env } = await say('/hello');
    expect(env).toEqual(expect.arrayContaining(['PORT', 'K_SERVICE', 'K_CONFIGURATION', 'K_REVISION', 'PATH']));
    expect(env.filter((each) => /SECRET|VITEST|NODE_ENV|NODE_OPTIONS|npm_/.test(each))).toEqual([]);
  });

  it.each([
    'listen(Number(process.env.PORT))',
    'listen(process.env.PORT)',
    "listen({ port: process.env.PORT, host: '0.0.0.0' })",
    "listen(process.env.PORT, '::', () => {})",
  ])('is reached through the platform only, however it listens: %s', async (listens) => {
    await start({
      programs: { hello: hello().replace('listen(Number(process.env.PORT))', listens) },
      services: [service('hello')],
    });
    expect(await say('/hello')).toMatchObject({ listens: '127.0.0.1' });
  });

  it('never gets more requests at once in an instance than containerConcurrency, nor more instances than max-scale', async () => {
    await start({
      programs: { hello: hello() },
      services: [
        service('hello', { containerConcurrency: 3, autoscaling: { maxScale: 2, target: 2, windowMs: 2_000 } }),
      ],
    });
    const responses = await Promise.all(Array.from({ length: 60 }, () => say('/hello?wait=100')));
    expect(Math.max(...responses.map(({ maxAtOnce }) => maxAtOnce))).toBe(3);
    expect(new Set(responses.map(({ pid }) => pid)).size).toBe(2);
    expect(status().instances).toBe(2);
  });

  it('loses none of 1,000 requests while it scales up from zero', async () => {
    await start({
      programs: { hello: hello() },
      services: [service('hello', { containerConcurrency: 10, autoscaling: { maxScale: 3, target: 7 } })],
    });
    expect(await statuses('/hello?wait=5', 1_000, 100)).toEqual({ 200: 1_000 });
    expect(status().requests).toBe(1_000);
  });

  it('loses none of 1,000 requests while a revision is rolled, and ends in the new one', async () => {
    await start({ programs: { hello: hello() }, services: [service('hello', { autoscaling: { maxScale: 1 } })] });
    await say('/hello');
    const before = platform.pids('hello');
    const load = statuses('/hello?wait=2', 1_000, 10, { method: 'POST', body: 'x' });
    platform.write('hello', hello('two'));
    await platform.reload();
    expect(await load).toEqual({ 200: 1_000 });
    expect(await say('/hello')).toMatchObject({ version: 'two', revision: 'hello-00002' });
    expect(before.filter(alive)).toEqual([]);
  });

  it('is drained: a request in progress gets its response before the process exits', async () => {
    await start({ programs: { hello: hello() }, services: [service('hello')] });
    await say('/hello');
    const slow = say('/hello?wait=800');
    await eventually(() => status().requests === 2, 'the slow request is in progress');
    platform.write('hello', hello('two'));
    await platform.reload();
    expect(await slow).toMatchObject({ version: 'one' });
  });

  it('starts nothing when it is asleep while it changes', async () => {
    await start({ programs: { hello: hello() }, services: [service('hello')] });
    platform.write('hello', hello('two'));
    await platform.reload();
    expect(status()).toMatchObject({ revision: 'hello-00002', instances: 0 });
    expect(await say('/hello')).toMatchObject({ version: 'two' });
  });

  it('keeps its revision when its source does not build, and says file and line', async () => {
    await start({ programs: { hello: hello() }, services: [service('hello')] });
    await say('/hello');
    platform.write('hello', 'const = 1;');
    await platform.reload();
    expect(platform.printed.join('\n')).toMatch(/nothing was changed: .*hello\.mjs:1:\d+: /);
    expect(await say('/hello')).toMatchObject({ version: 'one' });
  });

  it('keeps its revision when the next one does not start', async () => {
    await start({ programs: { hello: hello() }, services: [service('hello')] });
    await say('/hello');
    platform.write('hello', 'throw new Error("born dead");');
    await platform.reload();
    expect(platform.printed.join('\n')).toMatch(/hello-00002 is not taken into service.*born dead/);
    expect(await say('/hello')).toMatchObject({ version: 'one', revision: 'hello-00001' });
  });

  it('is followed: a changed source becomes a new revision by itself', async () => {
    await start({ programs: { hello: hello() }, services: [service('hello')], options: { watch: true } });
    await sleep(100); // inotify reports what was written just before, too
    platform.write('hello', hello('two'));
    await eventually(async () => (await say('/hello')).version === 'two', 'version two');
    expect(status().revision).toBe('hello-00002');
  });

  it('gets a new revision with everything that is changed in its template, and with nothing else', async () => {
    await start({ programs: { hello: hello() }, services: [service('hello')] });
    for (const [template, revision] of [
      ['{}', 'hello-00001'],
      ['{"metadata":{"annotations":{"example.org/rolled":"1"}}}', 'hello-00002'],
    ] as const) {
      platform.change([service('hello', { template })]);
      await platform.reload();
      expect(await say('/hello')).toMatchObject({ version: 'one', revision });
    }
  });

  it('that is gone from the manifests is drained and answers 503', async () => {
    await start({
      programs: { hello: hello(), other: hello() },
      services: [service('hello'), service('other')],
      routes: [route('/hello', 'hello')],
    });
    const { pid } = await say('/hello');
    platform.change([service('other')]);
    await platform.reload();
    await eventually(() => !alive(pid), 'its process is gone');
    expect((await platform.get('/hello')).status).toBe(503);
  });

  it('keeps its revision number over a restart, as long as it does not change', async () => {
    await start({ programs: { hello: hello() }, services: [service('hello')] });
    platform.write('hello', hello('two'));
    await platform.reload();
    expect(JSON.parse(readFileSync(join(platform.home, 'revisions.json'), 'utf8'))).toMatchObject({
      'test/hello': { generation: 2 },
    });
  });
});

describe('a function that fails', () => {
  it('does not start: waiting requests get 503 with the cause and Retry-After', async () => {
    await start({
      programs: { hello: 'throw new TypeError("the environment variable KEYS_DIR is missing");' },
      services: [service('hello')],
    });
    const response = await platform.get('/hello');
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(response.headers.get('x-trace-id')).toMatch(/^[0-9a-f]{32}$/);
    expect(await response.json()).toMatchObject({
      code: 'unavailable',
      detail: expect.stringContaining('KEYS_DIR is missing'),
    });
    expect(status().state).toBe('failed');
    expect(platform.printed.join('\n')).toMatch(/CrashLoopBackOff/);
  });

  it('is tried again after its backoff', async () => {
    await start({
      programs: {
        hello: `import { existsSync } from 'node:fs'; if (!existsSync('fixed')) throw new Error('broken'); await import('./app.mjs');`,
        app: hello(),
      },
      services: [service('hello')],
    });
    expect((await platform.get('/hello')).status).toBe(503);
    expect((await platform.get('/hello')).status).toBe(503);
    (await import('node:fs')).writeFileSync(join(platform.folder, 'fixed'), '');
    await eventually(async () => (await platform.get('/hello')).status === 200, 'it starts');
  });

  it('crashes during a request: the next request is answered by a new process', async () => {
    await start({ programs: { hello: hello() }, services: [service('hello')] });
    const { pid } = await say('/hello');
    const response = await platform.get('/hello?do=crash', { method: 'POST' });
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ code: 'bad_gateway', trace_id: response.headers.get('x-trace-id') });
    const after = await say('/hello');
    expect(after.pid).not.toBe(pid);
  });

  it('dies again and again soon after it was ready: it is restarted with pauses, and requests wait for short ones', async () => {
    await start({ programs: { hello: hello() }, services: [service('hello')] });
    const cleanup = () => platform.printed.filter((line) => /-\d+ ended by SIGKILL/.test(line)).length;
    for (let times = 1; times <= 4; times++) {
      expect((await platform.get('/hello?do=crash', { method: 'POST' })).status).toBe(502);
      await eventually(() => cleanup() === times, `it ended ${times} times`);
    }
    expect((await platform.get('/hello')).status).toBe(200);
    expect(platform.printed.join('\n')).toMatch(/keeps ending \(CrashLoopBackOff, next try in 1 s\)/);
  });

  it('is killed under load: reads that had no answer yet are asked again elsewhere', async () => {
    await start({
      programs: { hello: hello() },
      services: [service('hello', { autoscaling: { minScale: 2, maxScale: 2 } })],
    });
    await eventually(() => platform.pids('hello').length === 2 && status().state === 'ready', 'two instances');
    const load = statuses('/hello?wait=10', 500, 20);
    await sleep(200);
    process.kill(platform.pids('hello')[0]!, 'SIGKILL');
    expect(await load).toEqual({ 200: 500 });
    await eventually(() => platform.pids('hello').length === 2, 'it is replaced');
  });

  it('is not ready: requests wait for it, then hear the words of its probe', async () => {
    const readinessProbe = { path: '/readyz', periodMs: 200, timeoutMs: 500, failureThreshold: 2, initialDelayMs: 0 };
    await start({ programs: { hello: hello() }, services: [service('hello', { readinessProbe })] });
    await say('/hello?do=sicken');
    await eventually(() => status().state === 'unready', 'unready');
    const response = await platform.get('/hello');
    expect(response.status).toBe(503);
    expect(((await response.json()) as { detail: string }).detail).toContain('/readyz answers 503: no database today');
  });

  it('does not answer in time: 504', async () => {
    await start({
      programs: { hello: hello() },
      services: [service('hello', { timeoutMs: 300, responseStartTimeoutMs: 300 })],
      options: {},
    });
    await say('/hello').catch(() => undefined);
    const response = await platform.get('/hello?wait=2000');
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({ code: 'timeout' });
  });

  it('does not start in the time of its startup probe: it is killed, and requests hear why', async () => {
    const startupProbe = {
      path: undefined,
      exec: ['test', '-f', 'started'],
      periodMs: 50,
      timeoutMs: 2_000,
      failureThreshold: 2,
      initialDelayMs: 0,
    };
    await start({ programs: { hello: hello() }, services: [service('hello', { startupProbe })] });
    const response = await platform.get('/hello');
    expect(response.status).toBe(503);
    expect(((await response.json()) as { detail: string }).detail).toContain('startup: test ended with code 1');
  });

  it('fails its liveness probe: it is killed and replaced', async () => {
    const livenessProbe = { path: '/readyz', periodMs: 100, timeoutMs: 500, failureThreshold: 2, initialDelayMs: 0 };
    await start({ programs: { hello: hello() }, services: [service('hello', { livenessProbe })] });
    const { pid } = await say('/hello?do=sicken');
    await eventually(() => !alive(pid), 'it was killed');
    expect((await say('/hello')).pid).not.toBe(pid);
  });
});

describe('a platform', () => {
  it('leaves no process behind', async () => {
    await start({ programs: { hello: hello() }, services: [service('hello')], options: { prewarmed: true } });
    const { pid } = await say('/hello');
    await platform.stop();
    expect(alive(pid)).toBe(false);
    await expect(platform.get('/hello')).rejects.toThrow();
  });

  it('finishes requests in progress before it stops', async () => {
    await start({ programs: { hello: hello() }, services: [service('hello')] });
    await say('/hello');
    const slow = platform.get('/hello?wait=700');
    await eventually(() => status().requests === 2, 'the slow request is in progress');
    await platform.stop();
    expect((await slow).status).toBe(200);
  });

  it('does not share its folder with another one', async () => {
    await start({ programs: { hello: hello() }, services: [service('hello')] });
    await expect(testPlatform({ programs: {}, services: [], options: { home: platform.home } })).rejects.toThrow(
      HomeInUse,
    );
  });

  it('shows its folders to nobody else', async () => {
    await start({ programs: { hello: hello() }, services: [service('hello')] });
    for (const name of ['build', 'events', 'volumes', 'secrets'])
      expect(statSync(join(platform.home, name)).mode & 0o077).toBe(0);
  });

  it('keeps nothing there that a reset would leave', async () => {
    await start({ programs: { hello: hello() }, services: [service('hello')] });
    expect(readdirSync(platform.home).filter((name) => !homeEntries.includes(name))).toEqual([]);
    expect(isHome(platform.home)).toBe(true);
  });

  it('builds nothing that did not change', async () => {
    await start({ programs: { hello: hello() }, services: [service('hello')] });
    const builds = () =>
      readdirSync(join(platform.home, 'build'), { recursive: true })
        .filter((name) => String(name).endsWith('main.js'))
        .sort();
    const before = builds();
    await platform.reload();
    expect(builds()).toEqual(before);
    expect(status().revision).toBe('hello-00001');
  });

  it('uses a process that was started ahead for the next cold start', async () => {
    await start({ programs: { hello: hello() }, services: [service('hello')], options: { prewarmed: true } });
    await eventually(() => platform.prewarmedPid() !== undefined, 'a prewarmed process');
    const prewarmed = platform.prewarmedPid();
    const { pid, env } = await say('/hello');
    expect(pid).toBe(prewarmed);
    expect(env).toContain('K_SERVICE');
  });

  it('reaches Services by their cluster-local addresses, and wakes them', async () => {
    const caller = `
      import { createServer } from 'node:http';
      createServer(async (request, response) => response.end(await (await fetch(process.env.HELLO_URL + '/deep?x=1')).text())).listen(Number(process.env.PORT));`;
    const container = {
      image: 'test/caller',
      command: [],
      args: [],
      env: [{ kind: 'value' as const, name: 'HELLO_URL', value: 'http://hello.test.svc.cluster.local' }],
      volumes: [],
    };
    await start({
      programs: { hello: hello(), caller },
      services: [service('hello'), service('caller', { container })],
      routes: [route('/', 'caller')],
    });
    const response = await say('/');
    expect(response).toMatchObject({ service: 'hello', headers: { host: 'hello.test.svc.cluster.local' } });
  });
});

describe('the port of a Service', () => {
  it('does not answer by another name, which a page of any site may give to this machine', async () => {
    const teller = `
      import { createServer } from 'node:http';
      createServer((request, response) => response.end(process.env.HELLO_URL)).listen(Number(process.env.PORT));`;
    const env = [{ kind: 'value' as const, name: 'HELLO_URL', value: 'http://hello.test.svc.cluster.local' }];
    const container = { image: 'test/teller', command: [], args: [], env, volumes: [] };
    await start({
      programs: { hello: hello(), teller },
      services: [service('hello'), service('teller', { container })],
    });
    const url = await (await platform.get('/teller')).text();
    const statusFor = (host: string) =>
      new Promise<number>((done, failed) => {
        request(url, { headers: { host } }, (response) => done(response.resume().statusCode!))
          .on('error', failed)
          .end();
      });
    expect(await statusFor('rebound.example')).toBe(421);
    expect(platform.pids('hello')).toEqual([]);
    for (const host of [new URL(url).host, 'hello.test.svc.cluster.local']) expect(await statusFor(host)).toBe(200);
  });
});

describe('a Job', () => {
  const job = {
    name: 'once',
    namespace: 'test',
    container: { image: 'test/once', command: [], args: [], env: [], volumes: [] },
    backoffLimit: 1,
    activeDeadlineMs: 20_000,
    origin: { file: 'x', line: 1 },
  };

  it('runs before anything is served, and only once for the same program', async () => {
    const once = `import { appendFileSync } from 'node:fs'; appendFileSync('ran', 'x');`;
    const before = performance.now();
    const told = new Map<string, number | undefined>();
    const progress = (line: string, sinceMs?: number) => void told.set(line, sinceMs);
    await start({
      programs: { hello: hello(), once },
      services: [service('hello')],
      jobs: [job],
      options: { progress },
    });
    expect(told.get('Job once done')).toBeGreaterThan(before);
    expect(readFileSync(join(platform.folder, 'ran'), 'utf8')).toBe('x');
    await platform.reload();
    expect(readFileSync(join(platform.folder, 'ran'), 'utf8')).toBe('x');
    platform.write('once', `${once}//`);
    await platform.reload();
    expect(readFileSync(join(platform.folder, 'ran'), 'utf8')).toBe('xx');
  });

  it('that fails for good stops the start with its cause', async () => {
    await expect(
      start({ programs: { once: 'throw new Error("no such table");' }, services: [], jobs: [job] }),
    ).rejects.toThrow(/Job once failed: .*no such table/);
  });
});
