import { request } from 'undici';
import { afterEach, expect, it } from 'vitest';
import { eventually, service, type TestPlatform, testPlatform } from './platform.fixture.ts';

/** Keeps a text, lets caches keep it where it is told how to purge them, and purges them when the text changes. */
const feed = `
import { createServer } from 'node:http';
const { PURGE_URL: url, PURGE_FORM: form, PORT } = process.env;
let text = 'one';
createServer(async (request, response) => {
  if (request.method === 'POST') {
    text = 'two';
    const purged = await fetch(url, { method: 'POST', headers: { 'surrogate-key': 'feed' } });
    return void response.writeHead(purged.status).end();
  }
  const etag = '"' + text + '"';
  const fields = { etag, 'cache-control': 'no-cache', 'surrogate-key': 'feed', ...(url && form === 'surrogate-key' && { 'cdn-cache-control': 'max-age=600' }) };
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304, fields).end();
  response.writeHead(200, fields).end(text);
}).listen(Number(PORT));
process.on('SIGTERM', () => process.exit(0));
`;
const sleepy = { autoscaling: { windowMs: 1_000, scaleToZeroPodRetentionMs: 0 } };

let platform: TestPlatform;
afterEach(() => platform?.end());
const start = async (sharedCache: number, env: { kind: 'value'; name: string; value: string }[] = []) => {
  const container = { image: 'test/feed', command: [], args: [], env, volumes: [] };
  platform = await testPlatform({
    ...{ programs: { feed }, services: [service('feed', { ...sleepy, container })] },
    options: { sharedCache, measureMs: 50 },
  });
};
const isAsleep = () => platform.services().every(({ instances }) => instances === 0);
const read = async (headers: Record<string, string> = {}) => {
  // fetch adds `no-cache` to what has a condition.
  const response = await request(`${platform.url}/feed`, { headers });
  return { status: response.statusCode, text: await response.body.text(), by: response.headers['cache-status'] };
};

it('answers a reader of a feed while its function sleeps, until the function says that it has changed', async () => {
  await start(1);
  expect((await read({ 'if-none-match': '"zero"' })).text).toBe('one');
  await eventually(isAsleep, 'the function sleeps', 60);
  expect((await read({ 'if-none-match': '"one"' })).status).toBe(304);
  expect((await read()).text).toBe('one');
  expect(isAsleep()).toBe(true);
  expect((await platform.get('/feed', { method: 'POST' })).status).toBe(204);
  expect(await read({ 'if-none-match': '"one"' })).toEqual({
    ...{ status: 200, text: 'two', by: 'dormouse; fwd=uri-miss; stored' },
  });
  await platform.reload();
  expect((await read()).by).toBe('dormouse; fwd=uri-miss; stored');
}, 90_000);

it('keeps nothing unless it is switched on, and then tells no function of a cache', async () => {
  await start(0);
  expect(await read()).toEqual({ status: 200, text: 'one', by: undefined });
  expect((await platform.get('/feed')).headers.get('cdn-cache-control')).toBeNull();
}, 60_000);

it('does not stand in front of functions that tell another cache', async () => {
  await expect(start(1, [{ kind: 'value', name: 'PURGE_URL', value: 'https://cdn.example/purge' }])).rejects.toThrow(
    'the manifests give feed a PURGE_URL: run either that cache in front of the site or --shared-cache',
  );
}, 60_000);
