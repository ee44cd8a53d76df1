import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dormouse } from '@dormouse/cli/dormouse.fixture';
import { siteAt } from '@dormouse/cli/verify-deployment/site';
import { tlsChecks } from '@dormouse/cli/verify-deployment/tls-checks';
import { verifyDeployment } from '@dormouse/cli/verify-deployment/verify-deployment';
import { freePort } from '@dormouse/serving/process/free-port';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Author } from '../blog.ts';
import type { Target } from '../target.ts';
import { openInProcess } from '../targets/in-process.ts';
import { type AlteringProxy, alteringProxy, type PassedResponse } from './altering-proxy.ts';

interface Report {
  passed: boolean;
  checks: { check: string; result: string; detail: string }[];
}

let target: Target;
let author: Author;
let proxy: AlteringProxy;
let folder: string;
beforeAll(async () => {
  target = await openInProcess();
  author = await target.blog.register();
  await author.write({ title: 'A first post', category_name: 'General' });
  proxy = await alteringProxy(target.url);
  folder = mkdtempSync(join(tmpdir(), 'dormouse-verify-'));
  writeFileSync(join(folder, 'password'), `${author.password}\n`);
});
afterAll(async () => {
  await proxy.close();
  await target.close();
  rmSync(folder, { recursive: true });
});

async function report(...args: string[]): Promise<Report & { code: number }> {
  const { code, out, err } = await dormouse(['verify-deployment', proxy.url, '--json', ...args]);
  expect(err).toBe('');
  return { ...(JSON.parse(out) as Report), code };
}

const results = ({ checks }: Report, result: string) =>
  checks.filter((each) => each.result === result).map(({ check }) => check);

describe('a deployment that works', () => {
  test('passes, as a stranger sees it', async () => {
    const seen = await report();
    expect(results(seen, 'failed')).toEqual([]);
    expect(results(seen, 'skipped')).toEqual(['tls', 'https-only', 'log-in', 'revisions', 'write-event-count']);
    expect(seen).toMatchObject({ code: 0, passed: true });
  });

  test('passes, as somebody who logs in', async () => {
    const seen = await report('--user', author.name, '--password-file', join(folder, 'password'));
    expect(seen.checks).toContainEqual(
      expect.objectContaining({ check: 'log-in', result: 'passed', detail: `as ${author.name}, and out again` }),
    );
    expect(seen.passed).toBe(true);
  });

  test('takes a post, counts and lists it, and has neither it nor its category afterwards', async () => {
    const lines: string[] = [];
    const site = {
      ...siteAt(proxy.url, { token: author.token, account: undefined, kubernetes: undefined }),
      pause: () => target.eventually(async () => true, Boolean),
    };
    const terminal = { print: (line: string) => void lines.push(line), paint: (_: string, text: string) => text };
    expect(await verifyDeployment(site, { json: false, writes: true }, terminal)).toBe(true);
    expect(lines.at(-2)).toMatch(/^ok {4}write-event-count +counted after \d+ ms, deleted/);
    expect(lines.at(-1)).toMatch(/^\d+ passed, 0 failed, 4 skipped$/);
    const { body } = await target.blog.call<{ name: string }[]>('GET', '/blog/api/categories');
    expect(body.filter(({ name }) => name.startsWith('Deployment check'))).toEqual([]);
  });

  test('is asked nothing by a command line that makes no sense', async () => {
    expect(await dormouse(['verify-deployment', proxy.url, '--write'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--write needs --token or --user'),
    });
    expect((await dormouse(['verify-deployment', proxy.url, '--user', 'ann'])).code).toBe(2);
    expect((await dormouse(['verify-deployment', 'blog.example'])).code).toBe(2);
  });
});

type Fault = (path: string, response: PassedResponse, method: string) => void;

/** On responses of this path. */
const at =
  (wanted: string, change: (response: PassedResponse) => void): Fault =>
  (path, response) => {
    if (path.split('?')[0] === wanted) change(response);
  };
const without = (path: string, header: string) => at(path, ({ headers }) => void delete headers[header]);

describe('a deployment that is broken', () => {
  test.each<[string, string, Fault, string]>([
    ['health', 'has no functions behind its gateway', at('/health', (r) => (r.status = 503)), '/health answers 503'],
    ['front-page', 'sends half a page', at('/blog/', (r) => (r.body = r.body.slice(0, 200))), 'cut off'],
    ['headers', 'lost a header', without('/blog/', 'content-security-policy'), 'content-security-policy: none'],
    ['headers', 'lost its traces', without('/blog/', 'x-trace-id'), 'names no trace'],
    [
      'posts',
      'has no database',
      at('/blog/api/posts', (r) => Object.assign(r, { status: 503, body: '' })),
      'answers 503',
    ],
    ['post-page', 'lost its ETags', without('/blog/posts/a-first-post', 'etag'), 'no ETag'],
    [
      'categories',
      'was not migrated',
      at('/blog/api/categories', (r) => (r.body = '[]')),
      'has the Job "migrate" run?',
    ],
    [
      'feeds',
      'thinks that it is elsewhere',
      at('/blog/feed.xml', (r) => (r.body = r.body.replaceAll(/http:\/\/127[^/]+/g, 'http://posts.dormouse'))),
      'PUBLIC_URL',
    ],
    [
      'caches',
      'gives a cookie to caches',
      at('/blog/', ({ headers }) => void (headers['set-cookie'] = ['session=1'])),
      'sets a cookie',
    ],
    [
      'caches',
      'lets caches keep what is private',
      at('/blog/login', ({ headers }) => void (headers['cache-control'] = 'public')),
      '/blog/login has Cache-Control: public',
    ],
    [
      'keys',
      'publishes a private key',
      at('/.well-known/jwks.json', (r) => (r.body = r.body.replace('"kty"', '"d":"secret","kty"'))),
      'PRIVATE key',
    ],
    ['log-in-page', 'has no auth', at('/api/login', (r) => (r.status = 502)), 'answers 502, not 422'],
    [
      'needs-a-token',
      'takes posts of anybody',
      (path, response, method) => {
        if (method === 'POST' && path === '/blog/api/posts') response.status = 422;
      },
      'a post with no token answers 422',
    ],
    ['needs-a-token', 'shows its archive', at('/api/journal/events', (r) => (r.status = 200)), 'the archive'],
    ['not-exposed', 'shows its metrics', at('/metrics', (r) => (r.status = 200)), 'GET /metrics answers 200'],
    [
      'not-exposed',
      'takes events of anybody',
      (path, response, method) => {
        if (method === 'POST' && path === '/%65vents') response.status = 204;
      },
      'POST /%65vents answers 204',
    ],
  ])('%s: it %s', async (check, _, fault, message) => {
    proxy.alter(fault);
    const seen = await report().finally(() => proxy.alter(undefined));
    expect(seen).toMatchObject({ code: 1, passed: false });
    expect(seen.checks).toContainEqual(
      expect.objectContaining({ check, result: 'failed', detail: expect.stringContaining(message) }),
    );
    expect(results(seen, 'failed')).toContain(check);
  });

  test('whose counts never come: the post is deleted all the same', async () => {
    proxy.alter((path, response) => {
      if (path.startsWith('/blog/api/categories/'))
        response.body = response.body.replace(/"post_count":1/, '"post_count":0');
    });
    const lines: string[] = [];
    const site = {
      ...siteAt(proxy.url, { token: author.token, account: undefined, kubernetes: undefined }),
      pause: async () => {},
    };
    const terminal = { print: (line: string) => void lines.push(line), paint: (_: string, text: string) => text };
    expect(await verifyDeployment(site, { json: false, writes: true }, terminal)).toBe(false);
    proxy.alter(undefined);
    expect(lines.at(-2)).toContain('the new post is not counted within 60 s');
    const { body } = await target.blog.call<{ title: string }[]>('GET', '/blog/api/posts');
    expect(body.map(({ title }) => title)).toEqual(['A first post']);
  });

  test('that nobody reaches', async () => {
    const { code, out } = await dormouse(['verify-deployment', `http://127.0.0.1:${await freePort()}`, '--json']);
    const { checks } = JSON.parse(out) as Report;
    expect(code).toBe(1);
    expect(checks.find(({ check }) => check === 'front-page')?.detail).toBe('GET /blog/: ECONNREFUSED');
  });

  test('that is asked for passwords over http from elsewhere', async () => {
    const site = siteAt('http://blog.example', { token: undefined, account: undefined, kubernetes: undefined });
    await expect(tlsChecks[0]?.ask(site)).rejects.toThrow('passwords and tokens travel readable');
  });
});

describe('revisions', () => {
  const service = (name: string, created: number, ready: number) => ({
    metadata: { name },
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      latestCreatedRevisionName: `${name}-0000${created}`,
      latestReadyRevisionName: `${name}-0000${ready}`,
      traffic: [{ revisionName: `${name}-0000${ready}`, percent: 100 }],
    },
  });

  test.each([
    ['all serve', [service('posts', 2, 2), service('web', 1, 1)], 'passed', 'posts-00002, web-00001'],
    ['one does not start', [service('posts', 3, 2)], 'failed', 'posts-00003 does not become ready; posts-00002 serves'],
    ['there are none', [], 'failed', 'there is no Service in dormouse'],
  ])('%s', async (_, items, result, detail) => {
    proxy.alter((path, response) => {
      if (path.includes('/namespaces/dormouse/services'))
        Object.assign(response, { status: 200, body: JSON.stringify({ items }) });
    });
    const seen = await report('--kubernetes', proxy.url).finally(() => proxy.alter(undefined));
    expect(seen.checks).toContainEqual(expect.objectContaining({ check: 'revisions', result, detail }));
  });
});
