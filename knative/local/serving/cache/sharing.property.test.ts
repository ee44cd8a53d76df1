import fc from 'fast-check';
import CachePolicy from 'http-cache-semantics';
import { afterEach, expect, it, vi } from 'vitest';
import { cachedIngress } from './cached-ingress.fixture.ts';

afterEach(() => vi.useRealTimers());

/** What a function says of its answers, and whether they are for everybody. */
const pages = {
  '/public': { fields: { 'cache-control': 'public, max-age=600', vary: 'Cookie' }, isPrivate: false },
  '/for-caches': { fields: { 'cache-control': 'no-cache', 'cdn-cache-control': 'max-age=600' }, isPrivate: false },
  '/me': { fields: { 'cache-control': 'private, max-age=600' }, isPrivate: true },
  '/me/x.css': { fields: { 'cache-control': 'no-store' }, isPrivate: true },
  '/login': { fields: { 'cache-control': 'public, max-age=600', 'set-cookie': 'a=b' }, isPrivate: true },
  '/silent': { fields: {}, isPrivate: true },
  // A function at fault: it says that everybody may have what it makes for whoever asks.
  '/careless': { fields: { 'cache-control': 'public, max-age=600' }, isPrivate: false },
} as const;
const people = [
  { name: 'ann', headers: { cookie: 'dormouse_session=ann' } },
  { name: 'ben', headers: { authorization: 'Bearer ben' } },
  { name: 'nobody', headers: {} },
];

it('gives nobody what was made for somebody else, in whatever order and how many at once they ask', async () => {
  let serial = 0;
  await using world = await cachedIngress(({ url, headers }, response) => {
    const name = /session=(\w+)/.exec(headers.cookie ?? '')?.[1] ?? headers.authorization?.split(' ')[1] ?? 'nobody';
    const answer = () => response.writeHead(200, pages[url as keyof typeof pages].fields).end(`${name} ${++serial}`);
    if (serial % 3 === 0) setTimeout(answer, 1);
    else answer();
  });
  const one = fc.record({ path: fc.constantFrom(...(Object.keys(pages) as (keyof typeof pages)[])), who: fc.nat(2) });
  let count = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(one, { minLength: 40, maxLength: 60 }), fc.boolean(), async (asked, isPurged) => {
      const all = asked.map(async ({ path, who }) => {
        const { name, headers } = people[who]!;
        const { body } = await world.get(path, headers);
        return { path, name, body };
      });
      if (isPurged) world.cache.clear();
      const own = new Set<string>();
      for (const { path, name, body } of await Promise.all(all)) {
        count++;
        expect(body.split(' ')[0]).toBe(name);
        if (!pages[path].isPrivate && name === 'nobody') continue;
        expect(own).not.toContain(body);
        own.add(body);
      }
    }),
    { numRuns: 30 },
  );
  expect(count).toBeGreaterThanOrEqual(1_000);
  expect(world.cache.figures.requests.hit).toBeGreaterThan(0);
}, 60_000);

const seconds = fc.constantFrom(0, 1, 10, 60);
const directive = fc.oneof(
  fc.constantFrom('public', 'private', 'no-store', 'no-cache', 'must-revalidate', 'proxy-revalidate', 'immutable'),
  fc.constantFrom('No-Store', 'PRIVATE="x"', 'foo', 'foo="a, b"', 'max-age=', 'max-age=x'),
  fc
    .tuple(fc.constantFrom('max-age', 's-maxage', 'stale-while-revalidate', 'stale-if-error'), seconds)
    .map(([name, value]) => `${name}=${value}`),
);
const control = fc.array(directive, { maxLength: 4 }).map((all) => all.join(', '));

it('keeps an answer for no longer than the model of RFC 9111 says', async () => {
  let said: Record<string, string> = {};
  await using world = await cachedIngress((_request, response) => void response.writeHead(200, said).end('a'));
  let hits = 0;
  await fc.assert(
    fc.asyncProperty(control, fc.option(control), seconds, async (cacheControl, age, afterSeconds) => {
      world.cache.clear();
      vi.useRealTimers();
      said = { 'cache-control': cacheControl, ...(age !== null && { age: String(age.length) }) };
      await world.get('/a');
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + afterSeconds * 1_000 + 500 });
      const isHit = String((await world.get('/a')).headers['cache-status']).startsWith('dormouse; hit');
      vi.useRealTimers();
      if (!isHit) return;
      hits++;
      const model = new CachePolicy(
        { method: 'GET', headers: {} },
        // The package takes `proxy-revalidate` for "never fresh"; the RFC forbids stale answers only.
        {
          status: 200,
          headers: { ...said, 'cache-control': cacheControl.toLowerCase().replaceAll('proxy-revalidate', '') },
        },
      );
      expect(model.storable()).toBe(true);
      const { 'stale-while-revalidate': swr } = Object.fromEntries(
        cacheControl.split(', ').map((each) => each.split('=') as [string, string]),
      );
      expect(cacheControl).not.toMatch(/no-store|private|no-cache/i);
      expect(afterSeconds).toBeLessThan(model.maxAge() + Number(swr ?? 0) - (age?.length ?? 0) + 0.001);
    }),
    { numRuns: 300 },
  );
  expect(hits).toBeGreaterThan(0);
}, 60_000);
