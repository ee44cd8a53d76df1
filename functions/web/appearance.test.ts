import { describe, expect, it } from 'vitest';
import { aPost, browser, world } from './app.fixture.ts';
import { inTheme } from './theme.ts';

const begin = (html: string) => /<html[^>]*>/.exec(html)?.[0];

describe('how pages look', () => {
  it('is as the blog has it until a reader chooses, by a form alone, on every page', async () => {
    const { app, settings, stored } = world();
    stored.push(aPost({ slug: 'a' }));
    const reader = browser(app);
    await reader.get('/blog/posts/a');
    expect(begin(reader.text())).toBe('<html lang="en">');
    settings.theme = 'contrast';
    await reader.get('/blog/archive');
    expect(begin(reader.text())).toBe('<html lang="en" data-theme="contrast">');
    await reader.get('/blog/appearance?next=/blog/posts/a');
    expect(reader.text()).toContain('value="" checked');
    const sent = await reader.submit('/blog/appearance', { theme: 'sepia' });
    expect([sent.status, sent.headers.get('location')]).toEqual([303, '/blog/posts/a']);
    for (const path of ['/blog/posts/a', '/blog/archive', '/blog/login', '/search?q=x', '/nothing']) {
      await reader.get(path);
      expect([path, begin(reader.text())]).toEqual([path, '<html lang="en" data-theme="sepia">']);
    }
    await reader.get('/blog/appearance');
    expect(reader.text()).toContain('value="sepia" checked');
    await reader.submit('/blog/appearance', { theme: 'auto' });
    await reader.get('/blog/archive');
    expect(begin(reader.text())).toBe('<html lang="en">');
    await reader.get('/blog/appearance');
    await reader.submit('/blog/appearance', { theme: '' });
    expect(reader.cookies.has('dormouse_theme')).toBe(false);
  });
  it('is no matter of shared caches: there is one page for them, and who has chosen gets another', async () => {
    const { app, stored, did } = world();
    stored.push(aPost({ slug: 'a' }));
    const ask = (cookie: string, headers: Record<string, string> = {}) =>
      app.request('/blog/posts/a', { headers: { cookie, ...headers } });
    const [own, other] = [await ask('dormouse_theme=dark'), await ask('x=dormouse_theme')];
    expect([own.headers.get('cache-control'), other.headers.get('cache-control')]).toEqual([
      'private, no-cache',
      'public, max-age=0, stale-while-revalidate=1',
    ]);
    expect([own.headers.has('surrogate-key'), other.headers.has('surrogate-key')]).toEqual([false, true]);
    const etag = own.headers.get('etag') as string;
    expect((await ask('dormouse_theme=dark', { 'if-none-match': etag })).status).toBe(304);
    expect((await ask('', { 'if-none-match': etag })).status).toBe(200);
    expect(did('bySlug')).toHaveLength(1);
  });
  it('is not changed by a form of another site, nor to what is no theme', async () => {
    const { app } = world();
    const reader = browser(app);
    await reader.get('/blog/appearance');
    expect((await reader.submit('/blog/appearance', { theme: 'sepia', csrf: 'forged' })).status).toBe(403);
    expect((await reader.submit('/blog/appearance', { theme: 'neon' })).status).toBe(422);
    expect(reader.cookies.has('dormouse_theme')).toBe(false);
    const odd = await app.request('/blog/', { headers: { cookie: 'dormouse_theme=%22onload' } });
    expect(begin(await odd.text())).toBe('<html lang="en">');
  });
  it('leaves alone what is no page', () => {
    expect(inTheme('<feed data-theme="x">', 'dark')).toBe('<feed data-theme="x">');
  });
});
