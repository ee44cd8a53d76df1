import { fail } from '@dormouse/runtime/errors';
import { describe, expect, it } from 'vitest';
import { aPost, browser, world } from './app.fixture.ts';
import { stylesheetPath } from './assets/addresses.ts';

const people = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('failures', () => {
  it('are pages for people and problem+json for programs', async () => {
    const { app } = world();
    const page = await app.request('/nothing/here', { headers: people });
    expect([page.status, page.headers.get('content-type')?.toLowerCase()]).toEqual([404, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('Nothing here');
    const problem = await app.request('/nothing/here', { headers: { accept: 'application/json' } });
    expect([problem.status, problem.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    expect(await problem.json()).toMatchObject({ code: 'not_found', status: 404 });
  });
  it('offer a search for what the address was about', async () => {
    const { app } = world();
    const field = async (path: string) => {
      const html = await (await app.request(path, { headers: people })).text();
      expect(html.match(/role="search"/g)).toHaveLength(1);
      return /<input id="q" name="q" type="search" value="([^"]*)"/.exec(html)?.[1];
    };
    expect(await field('/2024/05/sleeping-late.html')).toBe('sleeping late');
    expect(await field('/blog/posts/%EC%9E%A0-%EC%9E%90%EB%8A%94')).toBe('잠 자는');
    expect(await field('/%22%3E%3Cscript%3E/7')).toBe('&quot;&gt;&lt;script&gt;');
    expect(await field('/%ff/42')).toBe('');
  });
  it('name the methods that an address does answer', async () => {
    const response = await world().app.request('/blog/login', { method: 'DELETE', headers: people });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
  });
  it('say nothing of what went wrong inside', async () => {
    const { web } = world();
    const { app } = world({ posts: { ...web.posts, list: async () => Promise.reject(new Error('password=hunter2')) } });
    const response = await app.request('/blog/', { headers: people });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('hunter2');
  });
  it('keep the reader logged in', async () => {
    const ada = browser(world().app);
    await ada.logIn();
    expect((await ada.get('/nothing')).status).toBe(404);
    expect(ada.text()).toContain('Log out');
  });
  it('of a form without its content type or too large are no crash', async () => {
    const { app } = world();
    expect(
      (
        await app.request('/blog/login', {
          method: 'POST',
          body: '{}',
          headers: { 'content-type': 'application/json' },
        })
      ).status,
    ).toBe(415);
    expect(
      (
        await app.request('/blog/login', {
          method: 'POST',
          body: 'a'.repeat(256 * 1024 + 1),
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        })
      ).status,
    ).toBe(413);
    expect(
      (
        await app.request('/blog/login', {
          method: 'POST',
          body: 'username=%ff%fe&%',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        })
      ).status,
    ).toBe(403);
    expect((await app.request('/blog/posts/%ff', { headers: people })).status).toBeLessThan(500);
  });
});

describe('every answer', () => {
  it('carries a policy that loads nothing from elsewhere, and runs nothing but our script in the editor', async () => {
    const { app, stored } = world();
    stored.push(aPost({ slug: 'there' }));
    const { app: broken } = world({
      categories: { all: async () => fail('unavailable', 'x'), movedTo: async () => fail('unavailable', 'x') },
    });
    const ada = browser(app);
    const paths = [
      '/',
      '/blog',
      '/blog/',
      '/blog/categories',
      '/blog/categories/csharp',
      '/blog/posts/there',
      '/blog/posts/gone',
      '/stats',
      '/claim',
      '/robots.txt',
      '/favicon.svg',
      '/blog/feed.xml',
      '/sitemap.xml',
      stylesheetPath,
      '/assets/colors/aabbcc.css',
      '/blog/media/x',
      '/blog/login',
      '/blog/signup',
      '/blog/new',
      '/blog/drafts',
      '/blog/account',
      '/nothing',
      '/events',
      '/assets/style-000000000000.css',
    ];
    const responses: (readonly [string, Response])[] = [];
    for (const path of paths)
      responses.push(
        [path, await app.request(path)] as const,
        [path, await app.request(path, { headers: people })] as const,
      );
    await ada.logIn();
    for (const path of paths) responses.push([path, await ada.get(path)]);
    responses.push(
      ['broken', await broken.request('/blog/categories')],
      ['put', await app.request('/blog/media/x', { method: 'PUT' })],
    );
    // The editor, and the form that asks a device for a passkey.
    const isScripted = (path: string, { status }: Response) =>
      (path === '/blog/new' || path === '/blog/login') && status === 200;
    for (const [path, response] of responses) {
      expect([path, response.headers.get('content-security-policy')]).toEqual([
        path,
        `default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'${isScripted(path, response) ? "; script-src 'self'" : ''}`,
      ]);
      expect([path, response.headers.get('x-content-type-options')]).toEqual([path, 'nosniff']);
      expect([path, response.headers.get('referrer-policy')]).toEqual([path, 'same-origin']);
    }
  });
});

describe('the style sheet', () => {
  it('has its content in its address, and may be kept for ever', async () => {
    const { app } = world();
    const html = await (await app.request('/')).text();
    const href = /<link rel="stylesheet" href="(\/assets\/style-[0-9a-f]{12}\.css)">/.exec(html)?.[1] as string;
    const response = await app.request(href);
    expect(response.headers.get('cache-control')).toContain('immutable');
    expect(/url\(|@import|https?:/.test(await response.text())).toBe(false);
  });
  it('of another release is answered with this one, and not to be kept under that name', async () => {
    const response = await world().app.request('/assets/style-000000000000.css');
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
  });
});
