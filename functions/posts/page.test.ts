import fc from 'fast-check';
import { expect, test } from 'vitest';
import { somePost } from './app.fixture.ts';
import { filterOf, listBody } from './page.ts';
import { readListQuery } from './query.ts';

/** Ids that the API answers for a list, and its links, of posts as the store finds them. @param featured one for each post, the newest first */
function ask(featured: readonly boolean[], path: string) {
  const all = featured.map((isFeatured, index) =>
    somePost({ id: 100 - index, createdAt: new Date(1e12 - index), featured: isFeatured }),
  );
  const { query, filter } = readListQuery(`http://posts.example${path}`);
  const { limit, after, before } = filterOf(query);
  const newer = all.filter(({ id }) => before && id > before[1]);
  const older = all.filter(({ id }) => !after || id < after[1]);
  const posts = before ? newer.slice(-limit) : older.slice(0, limit);
  const leading = filter.first && { leading: all.filter((post) => post.featured).slice(0, 3) };
  const page = { posts, more: (before ? newer : older).length > limit, ...leading };
  const { body, link = '' } = listBody('/posts', query, page);
  const to = (rel: string) => new RegExp(`<([^>]*)>; rel="${rel}"`).exec(link)?.[1];
  return { ids: (JSON.parse(body) as { id: number }[]).map(({ id }) => id), next: to('next'), prev: to('prev') };
}

test('a list that begins with featured posts has each once, from page to page and back', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (featured, limit) => {
      const pages = [ask(featured, `/posts?first=featured&limit=${limit}`)];
      for (let next = pages[0]?.next; next; next = pages.at(-1)?.next) pages.push(ask(featured, next));
      const ids = featured.map((_, index) => 100 - index);
      const leading = ids.filter((_, index) => featured[index]).slice(0, 3);
      expect(pages.flatMap((page) => page.ids)).toEqual([...leading, ...ids.filter((id) => !leading.includes(id))]);
      let back = pages.at(-1);
      while (back?.prev) back = ask(featured, back.prev);
      expect(back?.ids.slice(0, leading.length)).toEqual(leading);
    }),
  );
});
