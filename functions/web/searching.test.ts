import { expect, it } from 'vitest';
import { aPost, browser, world } from './app.fixture.ts';
import { elementsOf } from './every-page.fixture.ts';

const open = (count = 3) => {
  const opened = world();
  opened.stored.push(...Array.from({ length: count }, () => aPost()));
  const page = async (path: string) => await (await opened.app.request(path)).text();
  const asked = () => opened.calls.filter(([name]) => name === 'find').map(([, query]) => query);
  return { ...opened, page, asked };
};

it('asks nothing before something was typed', async () => {
  const { page, asked } = open();
  const html = await page('/search');
  expect(html).toContain('role="search"');
  expect(html).toContain('<meta name="robots" content="noindex">');
  expect(asked()).toEqual([]);
});

it('shows what was found, marked, and nothing else of HTML', async () => {
  const { page, asked } = open(1);
  const html = await page('/search?q=Post');
  expect(html).toContain('In <mark>short</mark> &lt;b&gt;.');
  expect(html).toContain('1 post found');
  expect(html).toContain('value="Post"');
  expect(asked()).toEqual([{ q: 'Post', limit: 20 }]);
});

it('keeps what was typed and chosen as text, also on the next pages', async () => {
  const { page, asked } = open(45);
  const html = await page('/search?q=Post&category=general&tag=%22x%22&author=ada&from=2026-01-01&until=2026-02-28');
  expect(asked()).toEqual([
    {
      q: 'Post',
      limit: 20,
      category: 'general',
      tag: '"x"',
      author: 'ada',
      from: '2026-01-01T00:00:00.000Z',
      until: '2026-03-01T00:00:00.000Z',
    },
  ]);
  expect(html).toContain('value="&quot;x&quot;"');
  expect(html).toContain('<details open>');
  const next = elementsOf(html).find(({ name, attributes }) => name === 'a' && attributes.rel === 'next')?.attributes
    .href;
  expect(next).toBe('/search?q=Post&category=general&tag=%22x%22&author=ada&from=2026-01-01&until=2026-02-28&after=20');
  const last = await page('/search?q=Post&after=40');
  expect(last).not.toContain('rel="next"');
  expect(last).toContain('href="/search?q=Post"');
});

it('says what to do when nothing was found, and when it cannot be looked for', async () => {
  const { page } = open();
  expect(await page('/search?q=nowhere')).toContain('fewer find more');
  const html = await page(`/search?q=${'x'.repeat(201)}`);
  expect(elementsOf(html).find(({ attributes }) => attributes.id === 'q')?.attributes).toMatchObject({
    'aria-invalid': 'true',
    'aria-describedby': 'q-error',
  });
  expect(await page('/search?q=Post&from=yesterday')).toContain('3 posts found');
});

it('asks whether other words were meant, with what was chosen', async () => {
  const { page } = open();
  const html = await page('/search?q=wrnog+%3Cb%3E&category=general');
  expect(html).toContain('Did you mean');
  expect(html).toContain('<bdi>wrong &lt;b&gt;</bdi>');
  const links = elementsOf(html).flatMap(({ name, attributes }) => (name === 'a' ? [attributes.href] : []));
  expect(links).toContain('/search?q=wrong+%3Cb%3E&category=general');
  expect(await page('/search?q=nowhere')).not.toContain('Did you mean');
});

it('is reached from every page, by a field without script', async () => {
  const { page } = open();
  for (const path of ['/', '/blog/categories', '/nothing'])
    expect(elementsOf(await page(path)).filter(({ attributes }) => attributes.action === '/search')).toHaveLength(1);
});

it('knows who is logged in, also where the cookie that renews a session does not come', async () => {
  const { app } = open();
  const ada = browser(app);
  await ada.logIn();
  await ada.get('/search?q=Post');
  expect(ada.text()).toContain('Log out');
});
