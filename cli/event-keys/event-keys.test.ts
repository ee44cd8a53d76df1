import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventKeySet, newKeySet, publishedKeys } from '@dormouse/events/key-set';
import { writeSecret } from '@dormouse/serving/process/secret-files';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dormouse } from '../dormouse.fixture.ts';

let home: string;
const posts = newKeySet('/posts', 0);
const auth = newKeySet('/auth', 0);
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'dormouse-event-keys-'));
  for (const [name, set] of [
    ['posts', posts],
    ['auth', auth],
  ] as const)
    writeSecret(join(home, `secrets/${name}-event-signing`), 'EVENT_SIGNING_KEYS', JSON.stringify(set));
});
afterEach(() => rmSync(home, { recursive: true }));

const run = (args: string[], more = {}) =>
  dormouse(['keys', 'events', ...args], { env: { DORMOUSE_HOME: home }, ...more });
const inHome = (name: string): EventKeySet => JSON.parse(readFileSync(join(home, 'secrets', name), 'utf8'));
const signing = (name: string) => inHome(`${name}-event-signing/EVENT_SIGNING_KEYS`).keys;
const published = () => inHome('event-keys/EVENT_KEYS').keys;
const kids = (keys: readonly { kid: string }[]) => keys.map(({ kid }) => kid).sort();

describe('in the folder of data', () => {
  test('what all producers sign with is published, and nothing of it private', async () => {
    expect((await run([])).code).toBe(0);
    expect(kids(published())).toEqual(kids([...posts.keys, ...auth.keys]));
    expect(JSON.stringify(published())).not.toContain('"d"');
    expect(statSync(join(home, 'secrets/event-keys/EVENT_KEYS')).mode & 0o777).toBe(0o600);
  });

  test('a rotated producer gets a key that signs later, and both are published', async () => {
    const { out } = await run(['--rotate', '--producer', 'posts', '--activate-after', '600']);
    expect(out).toMatch(/^auth: \S+ signs from \S+\nposts: \S+ signs from 1970-\S+, posts-\S+ signs from 20\S+\n$/);
    const [old, added, another] = signing('posts');
    expect([old!.kid, another]).toEqual([posts.keys[0]!.kid, undefined]);
    expect(added!.nbf).toBeGreaterThan(Date.now() / 1000 + 500);
    expect(signing('auth')).toEqual(auth.keys);
    expect(kids(published())).toEqual(kids([...auth.keys, old!, added!]));
  });

  test('a stolen key is forgotten everywhere', async () => {
    await run(['--drop-others']);
    expect(kids(published())).not.toContain(posts.keys[0]!.kid);
    expect(signing('posts')).toHaveLength(1);
  });

  test.each([
    [['--activate-after', '1'], 2, '--activate-after and --producer go with --rotate'],
    [['--rotate', '--producer', 'cats'], 1, 'no producer cats: there are auth, posts'],
    [['--secrets', '/gone'], 2, '--secrets /gone: '],
  ])('%j is refused, and nothing is changed', async (args, code, message) => {
    const ended = await run(args);
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(message)]);
    expect(signing('posts')).toEqual(posts.keys);
  });
});

describe('Secrets of a cluster', () => {
  const secret = (name: string, data: Record<string, string>) => ({
    metadata: { name, namespace: 'blog' },
    data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')])),
  });
  const before = {
    kind: 'List',
    items: [
      secret('posts-redis', { REDIS_URL: 'redis://x' }),
      secret('posts-event-signing', { EVENT_SIGNING_KEYS: JSON.stringify(posts) }),
    ],
  };

  test('that change are printed for kubectl, others are not', async () => {
    const file = join(home, 'secrets.json');
    writeFileSync(file, JSON.stringify(before));
    const { items } = JSON.parse((await run(['--secrets', file, '--rotate'])).out);
    expect(items).toMatchObject([
      { kind: 'Secret', metadata: { name: 'event-keys', namespace: 'blog' } },
      { kind: 'Secret', metadata: { name: 'posts-event-signing', namespace: 'blog' } },
    ]);
    const [keys, rotated] = [items[0].stringData.EVENT_KEYS, items[1].stringData.EVENT_SIGNING_KEYS].map(
      (text) => JSON.parse(text) as EventKeySet,
    );
    expect(keys).toEqual(publishedKeys([rotated!]));
    expect(rotated!.keys).toHaveLength(2);
  });

  test('are published only, unless a new key is wanted', async () => {
    const { out } = await run(['--secrets', '-'], { input: JSON.stringify(before) });
    expect(JSON.parse(out).items).toMatchObject([
      { stringData: { EVENT_KEYS: JSON.stringify(publishedKeys([posts])) } },
    ]);
  });

  test('are refused when they are none', async () => {
    expect(await run(['--secrets', '-'], { input: '[]' })).toMatchObject({ code: 2 });
  });
});
