import { describe, expect, it } from 'vitest';
import { aPost, browser, world } from './app.fixture.ts';

/** A blog with posts from `post-9`, the newest, down to `post-1`, of which some are featured. */
function blog(...featured: number[]) {
  const made = world();
  const numbers = [9, 8, 7, 6, 5, 4, 3, 2, 1];
  made.stored.push(
    ...numbers.map((n) => aPost({ slug: `post-${n}`, title: `Post ${n}`, featured: featured.includes(n) })),
  );
  made.settings.posts_per_page = 4;
  const page = async (path: string) => (await made.app.request(path)).text();
  return { ...made, page };
}

/** Numbers of the posts that a list shows, in its order. */
const listed = (html: string) =>
  Array.from(html.matchAll(/<a class="u-url p-name" href="\/blog\/posts\/post-(\d)">/g), ([, n]) => Number(n));
const older = (html: string) => /<a rel="next" href="([^"]*)"/.exec(html)?.[1] ?? '';

describe('featured posts', () => {
  it('begin the front page, the newest three, and stand there and on its older pages once', async () => {
    const { page } = blog(8, 6, 3, 1);
    const pages = [await page('/blog/')];
    while (older(pages.at(-1)!)) pages.push(await page(older(pages.at(-1)!)));
    expect(pages.map(listed)).toEqual([[8, 6, 3, 9, 7], [5, 4, 2], [1]]);
    expect(pages.map((html) => html.match(/<span>Featured<\/span>/g)?.length ?? 0)).toEqual([3, 0, 0]);
  });

  it('are as all others in every other list and in feeds', async () => {
    const { page } = blog(3);
    const html = await page('/blog/categories/general');
    expect(listed(html)).toEqual([9, 8, 7, 6]);
    expect(html).not.toContain('Featured');
    const feed = await page('/blog/feed.xml');
    expect(feed.indexOf('Post 9')).toBeLessThan(feed.indexOf('Post 3'));
  });

  it('without any the front page begins with the newest, of a release of posts from before, too', async () => {
    const { page, web } = blog();
    const html = await page('/blog/');
    expect([listed(html), html.includes('Featured')]).toEqual([[9, 8, 7, 6], false]);
    const { list } = web.posts;
    web.posts.list = ({ first: _unknown, ...query }, token) => list(query, token);
    await web.pages.purge('page:');
    expect(listed(await page('/blog/'))).toEqual([9, 8, 7, 6]);
  });

  it('are the large one among cards', async () => {
    const { page, settings } = blog(3);
    settings.layout = 'cards';
    expect(await page('/blog/')).toMatch(
      /<article class="entry h-entry c-\w+ featured">.*?post-3".*?<article class="entry h-entry c-\w+">/s,
    );
  });

  it('are chosen by editors in the editor, and named in their lists', async () => {
    const { app, did } = blog();
    const edna = browser(app);
    await edna.logIn('edna');
    await edna.get('/blog/posts/post-2/edit');
    expect(edna.text()).toContain(
      '<input type="checkbox" name="featured" value="yes" aria-describedby="featured-hint">',
    );
    const typed = { title: 'Post 2', content: 'Text.', category_name: 'General', action: 'published' };
    await edna.submit('/blog/posts/post-2/edit', { ...typed, featured: 'yes' });
    expect(did('update').at(-1)?.[2]).toMatchObject({ featured: true });
    await edna.get('/blog/posts?author=');
    expect(edna.text().match(/<span>Featured<\/span>/g)).toHaveLength(1);
    await edna.get('/blog/posts/post-2/edit');
    expect(edna.text()).toContain('aria-describedby="featured-hint" checked>');
    await edna.submit('/blog/posts/post-2/edit', typed);
    expect(did('update').at(-1)?.[2]).toMatchObject({ featured: false });
    await edna.get('/blog/new');
    await edna.submit('/blog/new', { ...typed, featured: 'yes' });
    expect(did('create').at(-1)?.[1]).toMatchObject({ featured: true });
  });

  it('are not asked for in an author’s editor, of pages, or by saving without being asked', async () => {
    const { app, did } = blog(2);
    const ada = browser(app);
    await ada.logIn('ada');
    await ada.get('/blog/posts/post-2/edit');
    expect(ada.text()).not.toContain('name="featured"');
    await ada.submit('/blog/posts/post-2/edit', { title: 'Post 2', content: 'Text.', action: 'published' });
    expect(did('update').at(-1)?.[2]).toMatchObject({ featured: undefined });
    const edna = browser(app);
    await edna.logIn('edna');
    await edna.get('/blog/new?kind=page');
    expect(edna.text()).not.toContain('name="featured"');
    await edna.get('/blog/new');
    await edna.submit(
      '/blog/new',
      { title: 'T', content: 'Text.', featured: 'yes', action: 'autosave', account: 'edna', status: 'draft' },
      { accept: 'application/json' },
    );
    expect(did('create').at(-1)?.[1]).toMatchObject({ title: 'T', featured: undefined });
  });
});
