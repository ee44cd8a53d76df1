import { fail } from '@dormouse/runtime/errors';
import { describe, expect, it } from 'vitest';
import { aPost, browser, world } from './app.fixture.ts';

describe('the page of an author', () => {
  it('shows what they say of themselves, and what they wrote', async () => {
    const { app, stored } = world();
    stored.push(
      aPost({ title: 'Hers' }),
      aPost({ title: 'Not hers', author: 'bob' }),
      aPost({ status: 'draft', title: 'Not yet' }),
    );
    const reader = browser(app);
    expect((await reader.get('/blog/authors/ada')).status).toBe(200);
    const page = reader.text();
    expect(page).toContain('<h1 class="p-name" dir="auto">Ada &lt;i&gt;</h1>');
    expect(page).toContain('<p class="bio p-note" dir="auto">Writes &lt;b&gt;.\nSleeps.</p>');
    expect(page).toContain('<link rel="canonical" href="/blog/authors/ada">');
    expect(page).toContain(
      '<a class="u-url" rel="me nofollow" href="https://social.example/@ada?a&amp;b" dir="auto">social.example/@ada?a&amp;b</a>',
    );
    expect([page.includes('Hers'), page.includes('Not hers'), page.includes('Not yet')]).toEqual([true, false, false]);
  });

  it('is where names of posts lead, but for names that an import brought', async () => {
    const { app, stored } = world();
    stored.push(aPost({ slug: 'own' }), aPost({ slug: 'brought', byline: ['Grace', 'Edsger'] }));
    for (const path of ['/blog/', '/blog/posts/own'])
      expect(await (await app.request(path)).text()).toContain(
        '<a class="p-author h-card" rel="author" href="/blog/authors/ada">ada</a>',
      );
    const brought = await (await app.request('/blog/posts/brought')).text();
    expect(brought).toContain('By <span class="p-author">Grace and Edsger</span></p>');
    expect(brought).not.toContain('/blog/authors/');
  });

  it('goes on page by page', async () => {
    const { app, stored, settings } = world();
    settings.posts_per_page = 2;
    stored.push(...Array.from({ length: 5 }, () => aPost()));
    const reader = browser(app);
    await reader.get('/blog/authors/ada');
    const next = /rel="next" href="(\/blog\/authors\/ada\?after=[^"]*)"/.exec(reader.text())?.[1];
    await reader.get(next!);
    expect(reader.text()).toContain('<meta name="robots" content="noindex">');
    expect(reader.text().match(/<article class="entry h-entry">/g)).toHaveLength(2);
    expect(reader.text()).not.toMatch(/class="bio|rel="me/);
  });

  it('has one address, whatever case the name was written in', async () => {
    const response = await world().app.request('/blog/authors/ADA');
    expect([response.status, response.headers.get('location')]).toEqual([301, '/blog/authors/ada']);
  });

  it('is there for deleted accounts as long as their posts are, and for nobody else', async () => {
    const { app, stored, kept } = world();
    stored.push(aPost({ author: 'gone' }));
    expect(await (await app.request('/blog/authors/gone')).text()).toContain('<h1 class="p-name" dir="auto">gone</h1>');
    expect((await app.request('/blog/authors/nobody')).status).toBe(404);
    expect(kept.size).toBe(1);
  });

  it('does without what auth knows while auth does not answer, and is not kept', async () => {
    const { web } = world();
    const { app, kept } = world({ people: { ...web.people, profile: async () => fail('unavailable', 'x') } });
    const response = await app.request('/blog/authors/ada');
    expect([response.status, kept.size]).toEqual([200, 0]);
    expect(await response.text()).toContain('<h1 class="p-name" dir="auto">ada</h1>');
  });
});
