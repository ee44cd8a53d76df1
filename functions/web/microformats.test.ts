import { mf2 } from 'microformats-parser';
import { describe, expect, it } from 'vitest';
import { aPost, world } from './app.fixture.ts';

const origin = 'https://blog.example';

/** What other programs read from a page. */
async function read(path: string, ...stored: ReturnType<typeof aPost>[]) {
  const made = world();
  made.stored.push(...stored);
  made.names.set('ada', 'Ada <i>');
  const response = await made.app.request(path);
  expect(response.status).toBe(200);
  return mf2(await response.text(), { baseUrl: origin + path });
}

const card = {
  type: ['h-card'],
  properties: { name: ['Ada <i>'], url: [`${origin}/blog/authors/ada`] },
  value: 'Ada <i>',
};

describe('microformats', () => {
  it('of a post: an h-entry with its author, text, times, topics and address', async () => {
    const post = aPost({
      slug: 'wake',
      title: 'Wake <b>',
      content: 'It *sleeps*.',
      tags: ['One', 'Two'],
      created_at: '2026-11-28T12:00:00.000Z',
      updated_at: '2026-11-30T12:00:00.000Z',
    });
    const { items } = await read('/blog/posts/wake', post, aPost({ slug: 'other' }));
    expect(items).toHaveLength(1);
    const { content, ...properties } = items[0]?.properties ?? {};
    expect(items[0]?.type).toEqual(['h-entry']);
    expect(properties).toEqual({
      name: ['Wake <b>'],
      url: [`${origin}/blog/posts/wake`],
      uid: [`${origin}/blog/posts/wake`],
      author: [card],
      published: ['2026-11-28T12:00:00.000Z'],
      updated: ['2026-11-30T12:00:00.000Z'],
      category: [post.category.name, 'One', 'Two'],
    });
    expect(content).toEqual([{ html: expect.stringContaining('<em>sleeps</em>'), value: 'It sleeps.' }]);
  });

  it('of imported names: authors that have no page', async () => {
    const { items } = await read('/blog/posts/brought', aPost({ slug: 'brought', byline: ['Grace', 'Edsger'] }));
    expect(items[0]?.properties.author).toEqual(['Grace and Edsger']);
  });

  it.each(['/blog/', '/blog/authors/ada'])('of the list %s: an h-feed of its entries', async (path) => {
    const { items } = await read(path, aPost({ slug: 'one', title: 'One', excerpt: 'Short.' }), aPost({ slug: 'two' }));
    expect(items.map(({ type }) => type)).toEqual([['h-feed']]);
    expect(items[0]?.properties.name).toHaveLength(1);
    const entries = items[0]?.children ?? [];
    expect(entries.map(({ type }) => type)).toEqual([['h-entry'], ['h-entry']]);
    expect(entries.map(({ properties }) => properties)).toContainEqual({
      name: ['One'],
      url: [`${origin}/blog/posts/one`],
      author: [card],
      published: [expect.stringMatching(/^\d{4}-/)],
      category: [expect.any(String)],
      summary: ['Short.'],
    });
  });

  it('of an author: an h-card that says which pages elsewhere are theirs', async () => {
    const { items, rels } = await read('/blog/authors/ada', aPost());
    const page = `${origin}/blog/authors/ada`;
    expect(items[0]?.properties.author).toEqual([
      {
        type: ['h-card'],
        properties: {
          name: ['Ada <i>'],
          note: [expect.stringContaining('Writes <b>.')],
          url: [page, 'https://social.example/@ada?a&b'],
          uid: [page],
        },
        value: 'Ada <i>',
      },
    ]);
    expect(rels.me).toEqual(['https://social.example/@ada?a&b']);
  });

  it('that an author writes into a text do not speak for the blog', async () => {
    const forged =
      'x <span class="h-card p-author">Mallory</span> <a class="u-url" rel="me" href="https://evil.example">y</a>';
    const { items, rels } = await read('/blog/posts/forged', aPost({ slug: 'forged', content: forged }));
    expect(JSON.stringify(items[0]?.properties.author)).not.toContain('Mallory');
    expect(items[0]?.properties.url).toEqual([`${origin}/blog/posts/forged`]);
    expect(rels.me).toBeUndefined();
  });
});
