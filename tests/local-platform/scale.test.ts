import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerUrl, eventually, type RunningPlatform, runPlatform } from '../platform.ts';
import { statusesOf } from '../requests.ts';

const root = join(import.meta.dirname, '../..');

/**
 * A function that the platform has never seen: a manifest and a small app, in an overlay of its own beside the local one. It
 * lies below the project so that the app finds the project's packages.
 */
async function strangersPlatform() {
  const overlay = mkdtempSync(join(root, 'tests/overlays/.stranger-'));
  const remove = () => rmSync(overlay, { recursive: true });
  try {
    cpSync(join(import.meta.dirname, '../overlays/stranger'), overlay, { recursive: true });
    const platform = await runPlatform({ overlay });
    return { overlay, platform, close: () => platform.stop().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

describe('a function that the platform has never seen', () => {
  let platform: RunningPlatform;
  let overlay: string;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ platform, overlay, close } = await strangersPlatform());
  });
  afterAll(() => close?.());

  const get = async (path: string) => (await fetch(platform.url + path)).json() as Promise<Record<string, unknown>>;
  const stranger = async () => (await platform.services()).find(({ name }) => name === 'stranger')!;

  it('is served through a route of its own, woken from zero', async () => {
    expect(await stranger()).toMatchObject({ instances: 0, state: 'asleep' });
    expect(await get('/stranger')).toMatchObject({ service: 'stranger', revision: 'stranger-00001' });
    expect(await stranger()).toMatchObject({ instances: 1, state: 'ready' });
  });

  it.skipIf(process.platform !== 'linux')('gives freed memory back, and so does the platform', async () => {
    const { pids } = await stranger();
    for (const pid of [platform.pid, ...pids]) {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      expect(environment).toContain('MALLOC_TRIM_THRESHOLD_=131072');
    }
  });

  it('is triggered by the events it asked for, and by no others', async () => {
    const broker = await brokerUrl(platform);
    for (const type of ['dev.example.wanted.v1', 'dev.example.other.v1']) {
      const response = await fetch(broker, {
        method: 'POST',
        headers: {
          'ce-specversion': '1.0',
          'ce-id': `id-${type}`,
          'ce-source': '/test',
          'ce-type': type,
          'content-type': 'application/json',
        },
        body: '{"n":1}',
      });
      expect(response.status).toBe(202);
    }
    const seen = await eventually(
      () => get('/stranger'),
      ({ events }) => (events as string[]).length > 0,
    );
    await sleep(300); // an event it should not get would have come by now
    expect((await get('/stranger')).events).toEqual(['id-dev.example.wanted.v1']);
    expect(seen.events).toEqual(['id-dev.example.wanted.v1']);
  });

  it('is scaled by concurrency up to its max-scale, and no instance gets more than its containerConcurrency', async () => {
    const responses = await Promise.all(Array.from({ length: 60 }, () => get('/stranger?wait=200')));
    expect(Math.max(...responses.map(({ together }) => together as number))).toBeLessThanOrEqual(5);
    expect(new Set(responses.map(({ pid }) => pid)).size).toBeGreaterThan(1);
    expect((await stranger()).instances).toBeLessThanOrEqual(3);
  });

  it('is drained: a request under way when it is told to stop is answered', async () => {
    await eventually(stranger, ({ instances }) => instances === 0, 60);
    const slow = get('/stranger?wait=1500');
    await eventually(stranger, ({ state }) => state === 'ready');
    const before = readFileSync(join(overlay, 'app.ts'), 'utf8');
    writeFileSync(join(overlay, 'app.ts'), before.replace("version: 'one'", "version: 'two'"));
    await eventually(
      () => get('/stranger'),
      ({ version }) => version === 'two',
    );
    expect(await slow).toMatchObject({ version: 'one', revision: 'stranger-00001' });
    expect(await get('/stranger')).toMatchObject({ version: 'two', revision: 'stranger-00002' });
  });
});

describe('1,000 requests', () => {
  let platform: RunningPlatform;
  let overlay: string;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ platform, overlay, close } = await strangersPlatform());
  });
  afterAll(() => close?.());

  const statuses = (count: number, together: number, pauseMs = 0) =>
    statusesOf(`${platform.url}/stranger?wait=5`, { count, together, pauseMs });

  it('during a scale-up from zero: none fails', async () => {
    expect(await statuses(1000, 100)).toEqual({ 200: 1000 });
  });

  it('during the roll of a revision: none fails', async () => {
    const revision = async () => (await platform.services()).find(({ name }) => name === 'stranger')!.revision;
    const before = await revision();
    const load = statuses(1000, 10, 20);
    const source = readFileSync(join(overlay, 'app.ts'), 'utf8');
    writeFileSync(join(overlay, 'app.ts'), source.replace("version: 'one'", "version: 'rolled'"));
    await eventually(revision, (now) => now !== before);
    expect(await load).toEqual({ 200: 1000 });
  });
});
