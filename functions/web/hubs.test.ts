import { closeHttp, originOf, serveHttp } from '@dormouse/http/internal-http';
import { request } from '@dormouse/runtime/http';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { feedsOf, type HubsOptions, hubsOf } from './hubs.ts';

const post = {
  id: 1,
  version: 2,
  slug: 's',
  title: 'T',
  author: 'ada',
  status: 'published' as const,
  category: { id: 1, name: 'Über', slug: 'über' },
  tags: ['Deep Sleep'],
  created_at: '2026-06-04T10:00:00Z',
  updated_at: '2026-06-04T10:00:00Z',
};

/** What a hub got, and how it answers next; 202 when nothing is left. */
const got: { type: string | undefined; body: URLSearchParams }[] = [];
const answers: number[] = [];
let hub: Awaited<ReturnType<typeof serveHttp>>;
beforeAll(async () => {
  hub = await serveHttp((incoming, response) => {
    let body = '';
    incoming.on('data', (piece: Buffer) => (body += piece.toString()));
    incoming.on('end', () => {
      got.push({ type: incoming.headers['content-type'], body: new URLSearchParams(body) });
      response.writeHead(answers.shift() ?? 202).end();
    });
  });
});
afterAll(() => closeHttp(hub));
beforeEach(() => {
  got.length = 0;
  answers.length = 0;
});

/** Hubs whose clock is ours. */
function world(own: Partial<HubsOptions> = {}) {
  const waiting: { work: () => void; ms: number }[] = [];
  const warnings: object[] = [];
  const pending: Promise<unknown>[] = [];
  const hubs = hubsOf({
    text: `${originOf(hub)}/hub`,
    publicUrl: 'https://blog.example',
    request: (url, options) => {
      const answer = request(url, options);
      pending.push(answer.catch(() => {}));
      return answer;
    },
    log: { warn: (fields) => void warnings.push(fields) },
    later: (work, ms) => void waiting.push({ work, ms }),
    ...own,
  });
  /** Does what was planned, and waits for the hub's answers. */
  const pass = async () => {
    const planned = waiting.splice(0);
    for (const { work } of planned) work();
    while (pending.length > 0) await pending.shift();
    await new Promise(setImmediate);
    return planned.map(({ ms }) => ms);
  };
  return { hubs, pass, warnings };
}
const urlsOf = ({ body }: (typeof got)[number]) => body.getAll('hub.url');

test('a hub is told once at once and once when nobody can answer from an old copy, of all that changed', async () => {
  const { hubs, pass } = world();
  hubs.changed(['/blog/feed.xml']);
  hubs.changed(['/blog/feed.xml', '/blog/rss.xml']);
  expect(await pass()).toEqual([100, 2500]);
  const topics = ['https://blog.example/blog/feed.xml', 'https://blog.example/blog/rss.xml'];
  expect(got.map(urlsOf)).toEqual([topics, topics]);
  expect(got[0]).toMatchObject({ type: 'application/x-www-form-urlencoded' });
  expect(got[0]?.body.get('hub.mode')).toBe('publish');
});

test('a thousand feeds are told of in requests of a hundred', async () => {
  const { hubs, pass } = world();
  hubs.changed(Array.from({ length: 1000 }, (_, index) => `/blog/tags/${index}/feed.xml`));
  await pass();
  expect(got).toHaveLength(20);
  expect(new Set(got.flatMap(urlsOf)).size).toBe(1000);
});

test('a hub that refuses is asked three times, then it is in the log; the others do not wait for it', async () => {
  const { hubs, pass, warnings } = world({ text: ` ${originOf(hub)}/a  http://127.0.0.1:9/b ` });
  hubs.changed(['/blog/feed.xml']);
  answers.push(500, 500, 202, 202);
  await pass();
  expect(got).toHaveLength(2);
  expect(await pass()).toEqual([1000, 1000, 1000, 1000]);
  expect(got).toHaveLength(4);
  expect(await pass()).toEqual([10_000, 10_000]);
  expect(warnings).toEqual(
    [1, 1].map((topics) => ({ hub: 'http://127.0.0.1:9/b', topics, error: expect.stringContaining('ECONNREFUSED') })),
  );
  expect(await pass()).toEqual([]);
});

test('without a hub nothing is planned', async () => {
  const { hubs, pass } = world({ text: '', publicUrl: undefined });
  hubs.changed(['/blog/feed.xml']);
  expect([hubs.urls, await pass()]).toEqual([[], []]);
});

test.each([
  ['hub.example', 'https://blog.example', 'WEBSUB_HUBS: hub.example is not the address of a hub'],
  ['file:///etc/passwd', 'https://blog.example', 'WEBSUB_HUBS: file:///etc/passwd'],
  ['https://hub.example', undefined, 'WEBSUB_HUBS needs PUBLIC_URL'],
])('%s with PUBLIC_URL %s: says so at the start', (text, publicUrl, message) => {
  expect(() => world({ text, publicUrl })).toThrow(message);
});

test('a post is in the feeds of the blog, its category, tags and author, and of two of them; a page in none', () => {
  expect(feedsOf(post).filter((path) => path.endsWith('feed.xml'))).toEqual([
    '/blog/feed.xml',
    '/blog/categories/%C3%BCber/feed.xml',
    '/blog/tags/deep-sleep/feed.xml',
    '/blog/authors/ada/feed.xml',
    '/blog/authors/ada/categories/%C3%BCber/feed.xml',
    '/blog/categories/%C3%BCber/tags/deep-sleep/feed.xml',
    '/blog/authors/ada/tags/deep-sleep/feed.xml',
  ]);
  expect(feedsOf(post)).toHaveLength(21);
  expect(feedsOf({ ...post, kind: 'page' })).toEqual([]);
});
