import { cacheFaults } from '@dormouse/runtime/cache-laws.fixture';
import { expect, test } from 'vitest';
import { appOver, somePost } from './app.fixture.ts';

const { app } = appOver([somePost(), somePost({ id: 2, slug: 'draft', status: 'draft' })]);
const made = await app.request('/blog/api/posts/2/preview', {
  method: 'PUT',
  headers: { authorization: 'Bearer ann' },
});
const { key } = (await made.json()) as { key: string };
const ask = (address: string, headers: Record<string, string>) => app.request(address, { headers });
const axes = {
  authorization: [undefined, 'Bearer ann', 'Bearer bob', 'Bearer nobody'],
  cookie: [undefined, 'refresh_token=x'],
  'accept-encoding': [undefined, 'gzip', 'gzip;q=0'],
};

const root = '/blog/api/posts';
/** What stands for the parameters of a route. */
const examples: Record<string, readonly string[]> = {
  [root]: [root, `${root}?status=draft`, `${root}?limit=0`],
  [`${root}/tags`]: [`${root}/tags`],
  [`${root}/by-slug/:slug`]: ['a-title', 'draft', 'old-a-title', 'old-draft', 'none'].map(
    (each) => `${root}/by-slug/${each}`,
  ),
  [`${root}/:id`]: ['1', '2', '9', 'x'].map((each) => `${root}/${each}`),
  [`${root}/months`]: ['', '?time_zone=Asia/Seoul', '?time_zone=%27'].map((each) => `${root}/months${each}`),
  [`${root}/:id/neighbours`]: ['1', '2', '9'].map((each) => `${root}/${each}/neighbours`),
  [`${root}/:id/revisions`]: [`${root}/1/revisions`, `${root}/2/revisions`],
  [`${root}/:id/preview`]: [`${root}/1/preview`, `${root}/2/preview`],
  [`${root}/previews/:key`]: [`${root}/previews/${key}`, `${root}/previews/none`],
  [`${root}/:id/revisions/:version`]: [`${root}/1/revisions/1`],
};
const routes = app.routes.filter(({ method }) => method === 'GET').map(({ path }) => path);
const addresses = [...new Set(routes)].flatMap((path) => examples[path] ?? [path]);

test.each([...addresses, '/none'])('what is said to caches of %s is true', async (address) => {
  expect(address).not.toContain(':');
  expect(await cacheFaults(ask, address, axes)).toEqual([]);
});
