import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Source } from '@dormouse/manifests/source';
import { afterEach, expect, test, vi } from 'vitest';
import { inspectorPorts, startInspected, withInspector } from './inspect.ts';
import { service } from './platform.fixture.ts';

const probe = { path: '/', periodMs: 1, timeoutMs: 1, failureThreshold: 3, initialDelayMs: 0 };
const source = {
  platform: { services: [service('posts', { livenessProbe: probe, readinessProbe: probe }), service('web')] },
} as unknown as Source;

test('a Service with an inspector stays awake, and nothing gives it up while it stands still', () => {
  const [posts, web] = withInspector(source, ['posts']).platform.services;
  expect(posts).toMatchObject({ timeoutMs: 3_600_000, livenessProbe: undefined });
  expect(posts?.readinessProbe?.failureThreshold).toBe(Number.MAX_SAFE_INTEGER);
  expect(posts?.autoscaling).toMatchObject({ minScale: 1, maxScale: 1 });
  expect(web).toBe(source.platform.services[1]);
});

test('a name that no Service has is refused, with the one that was meant', () => {
  expect(() => withInspector(source, ['post'])).toThrow(
    '--inspect post: there is no such Service; did you mean posts?',
  );
  expect(() => withInspector(source, ['x'])).toThrow('there are posts, web');
});

test('each Service has a port of its own', () => {
  expect([...inspectorPorts(['posts', 'web', 'posts'])]).toEqual([
    ['posts', 9229],
    ['web', 9230],
  ]);
});

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

test('the inspector of a new instance opens when the old instance has ended', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'inspect-'));
  ends.push(() => rmSync(folder, { recursive: true }));
  const program = join(folder, 'program.cjs');
  writeFileSync(program, `require('node:fs').writeFileSync(process.env.SIGN, ''); setInterval(() => {}, 1000);`);
  const start = startInspected(program);
  const port = 29_229;
  const begin = async (name: string) => {
    const child = start({ ...process.env, SIGN: join(folder, name) }, port);
    ends.push(() => child.kill('SIGKILL'));
    await vi.waitFor(() => expect(existsSync(join(folder, name))).toBe(true), 30_000);
    return child;
  };
  const inspected = async () =>
    ((await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as { title: string; id: string }[])[0]?.id;

  const first = await begin('first');
  const before = await inspected();
  expect(before).toBeDefined();
  await begin('second');
  expect(await inspected()).toBe(before);
  first.kill('SIGKILL');
  await vi.waitFor(async () => expect(await inspected().catch(() => before)).not.toBe(before), 30_000);
});
