import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { podsOf } from '@dormouse/checks/pods';
import { clusterSecrets } from '@dormouse/checks/secrets';
import { withComponents } from '@dormouse/checks/with-components.fixture';
import { freePort } from '@dormouse/serving/process/free-port';
import { needs, skippedFor } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Contained, missingForContainers, unpack } from './contained.fixture.ts';
import { type Image, imageMaker } from './make.ts';
import { givenTo } from './pod.fixture.ts';

/** Besides the layer of Node.js. */
const maxOwnBytes = 120e6;

let maker: ReturnType<typeof imageMaker> | undefined;
/** All images of this file share their first layer, as those of one run of `npm run image`. */
const make = (name: string) => (maker ??= imageMaker())(name);

/** Bytes of an image's layers, unpacked, but for the one of Node.js. */
const ownBytes = ({ layers }: Image, shared: string | undefined) =>
  layers.filter(({ digest }) => digest !== shared).reduce((sum, { bytes }) => sum + gunzipSync(bytes).length, 0);

/** Fields of /proc/PID/status, their values apart. */
function statusOf(pid: number): (field: string) => string[] | undefined {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').split('\n');
  const fields = new Map(lines.map((line) => line.split(/:\s*/) as [string, string | undefined]));
  return (field) => fields.get(field)?.split(/\s+/);
}

/** What a process is to have of accounts and rights. */
function expectNoRights(pid: number, account: string): void {
  const status = statusOf(pid);
  expect([status('Uid'), status('Gid'), status('Groups')]).toEqual([
    Array(4).fill(account),
    Array(4).fill(account),
    [''],
  ]);
  expect(status('NoNewPrivs')).toEqual(['1']);
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) expect(status(set)).toEqual(['0'.repeat(16)]);
  const root = readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
    .split('\n')
    .map((line) => line.split(' '));
  expect(root.find(([, , , , mountedOn]) => mountedOn === '/')?.[5]?.split(',')).toContain('ro');
}

describe('the image of web, run as a cluster runs it', skippedFor(missingForContainers()), () => {
  let image: Image;
  let contained: Contained;
  /** Answers for posts, when a test says so. */
  let upstream: Server;
  const waiting: ServerResponse[] = [];
  let web: ChildProcess;
  let origin: string;

  beforeAll(async () => {
    image = await make('web');
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
      MEDIA_URL: other,
      SEARCH_URL: other,
      COMMENTS_URL: other,
      WEBHOOKS_URL: other,
      NEWSLETTER_URL: other,
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

  test('is nobody, belongs to no group of this machine, can become nobody else, and has no capability', () => {
    expectNoRights(web.pid!, '65532');
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
    const bytes = ownBytes(image, image.layers[0]!.digest);
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

const manifests = withComponents(
  'components/postgres',
  'components/redis',
  'components/backup',
  'components/backup/volume',
).map(({ manifest }) => manifest);
const pods = new Map(
  podsOf(manifests).map((pod) => [/([\w-]+):[\w.]+$/.exec(pod.spec.containers[0]!.image!)![1]!, pod] as const),
);
const functions = [...pods].filter(([, { owner }]) => owner.kind === 'Service').map(([name]) => name);

test('the images that are looked at here are all that a manifest names', () => {
  const project = join(import.meta.dirname, '../..');
  const named = globSync('{knative,terraform}/**/*.{yaml,tf}', { cwd: project }).flatMap((file) =>
    [...readFileSync(join(project, file), 'utf8').matchAll(/dev\.local\/dormouse\/([\w-]+)/g)].map(([, name]) => name!),
  );
  expect([...pods.keys()].sort()).toEqual([...new Set(named)].sort());
});

const missingForAll = [...missingForContainers(), ...(needs('redis-server').meta?.missing ?? [])];

describe('every image that a manifest names, run as its manifest says', skippedFor(missingForAll), () => {
  interface Running {
    child: ChildProcess;
    output: () => string;
    /** Exit code and signal. */
    ended: Promise<unknown[]>;
  }
  let work: string;
  const images = new Map<string, Image>();
  let secrets: Map<string, Record<string, string>>;
  let addresses: Record<string, string>;
  const unpacked: Contained[] = [];
  const servers: Running[] = [];

  const here = (value: string) =>
    Object.entries(addresses).reduce((done, [there, local]) => done.replaceAll(there, local), value);

  function start(name: string, env: Record<string, string> = {}, ...more: string[]): Running {
    const [image, pod] = [images.get(name)!, pods.get(name)!];
    const contained = unpack(image);
    unpacked.push(contained);
    const user = Number.parseInt(image.config.User, 10);
    const given = givenTo(pod, { manifests, secrets, work, user, here });
    const [, ...args] = pod.spec.containers[0]!.command ?? image.config.Entrypoint;
    const child = contained.start({ ...given.env, ...env }, [...args, ...more], given.volumes);
    let printed = '';
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
    return { child, output: () => printed, ended: once(child, 'close') };
  }

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'volumes-'));
    chmodSync(work, 0o755);
    // One after the other: each ends the bundler, which they would share.
    for (const name of pods.keys()) images.set(name, await make(name));
    secrets = new Map(
      (await clusterSecrets('dormouse')).map(({ metadata, stringData }) => [metadata.name, stringData]),
    );
    secrets.set('backup-store', { BACKUP_RECIPIENT: 'none' });
    const [database, cache] = [String(await freePort()), String(await freePort())];
    addresses = {
      'postgres.dormouse.svc.cluster.local:5432': `127.0.0.1:${database}`,
      'redis.dormouse.svc.cluster.local:6379': `127.0.0.1:${cache}`,
    };
    servers.push(start('postgres', { PGPORT: database }), start('redis', {}, '--port', cache));
    // It waits for PostgreSQL, as on a cluster.
    const migration = start('migrate');
    expect(await migration.ended, migration.output()).toEqual([0, null]);
    expect(migration.output()).toContain('applied posts/');
  }, 600_000);
  afterAll(async () => {
    for (const { child, ended } of servers) {
      child.kill('SIGTERM');
      await ended;
    }
    for (const each of unpacked) each[Symbol.dispose]();
    rmSync(work, { recursive: true });
  });

  test.each(functions)('%s finds its database and ends in order', async (name) => {
    const port = await freePort();
    const { child, output, ended } = start(name, { PORT: String(port), K_SERVICE: name });
    const isReady = () =>
      fetch(`http://127.0.0.1:${port}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await expect.poll(isReady, { message: output(), timeout: 30_000 }).toBe(true);
    expectNoRights(child.pid!, '65532');
    child.kill('SIGTERM');
    expect(await ended, output()).toEqual([0, null]);
  });

  test('postgres and redis have no rights, and redis wants a password', async () => {
    for (const { child } of servers) expectNoRights(child.pid!, '999');
    const port = Number(addresses['redis.dormouse.svc.cluster.local:6379']!.split(':')[1]);
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    socket.write('PING\r\n');
    const [answer] = (await once(socket, 'data')) as [string];
    socket.destroy();
    expect(answer).toContain('NOAUTH');
  });

  test('backup stores a backup on its volume', async () => {
    const { output, ended } = start('backup');
    expect(await ended, output()).toEqual([0, null]);
    expect(output()).toMatch(/^stored \S+: \d+ rows of \d+ tables/m);
    const [volume] = readdirSync(work).filter((folder) => folder.startsWith('backups-'));
    expect(readdirSync(join(work, volume!), { recursive: true }).join()).toContain('manifest');
  });

  test.each([...pods.keys()])('%s is small besides the layer of Node.js', (name) => {
    expect(ownBytes(images.get(name)!, images.get('web')!.layers[0]!.digest)).toBeLessThan(maxOwnBytes);
  });
});
