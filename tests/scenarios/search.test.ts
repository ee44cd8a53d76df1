import type { ResponseOf } from '@dormouse/runtime/api';
import type { api } from '@dormouse/search/api';
import { beforeAll, expect, it } from 'vitest';
import type { Author } from '../blog.ts';
import { describeOn, everyTarget } from '../describe-on.ts';

type Found = ResponseOf<typeof api.search, 200>;

/** Letters that no other run has in this order: of Hangul, and Latin ones for a word. */
const letters = (from: number, count: number) =>
  Array.from({ length: count }, () => String.fromCodePoint(from + Math.floor(Math.random() * 26))).join('');

describeOn(everyTarget, 'search', (target) => {
  let author: Author;
  const called = letters(0x61, 10);
  beforeAll(async () => {
    author = await target().blog.register();
    await author.call('PATCH', '/api/me', { body: { display_name: `Ann ${called}` } });
  });

  const ask = async (query: Record<string, string>) =>
    (await target().blog.call<Found>('GET', `/blog/api/search?${new URLSearchParams(query)}`)).body;
  const eventually = (q: string, ids: number[]) =>
    target().eventually(
      () => ask({ q }),
      (found) => JSON.stringify(found.map(({ id }) => id)) === JSON.stringify(ids),
      30,
    );

  it('finds a post after it was published, in any script, until it is hidden', async () => {
    const [korean, latin] = [letters(0xac00, 8), letters(0x61, 12)];
    const post = await author.write({
      title: 'Found',
      content: `앞${korean}뒤, and **${latin}ing**`,
      status: 'draft',
      tags: ['found'],
    });
    const change = (body: object) => author.call('PATCH', `/blog/api/posts/${post.id}`, { body });
    await change({ status: 'published' });
    const [found] = await eventually(korean, [post.id]);
    expect(found).toMatchObject({
      title: 'Found',
      author: author.name,
      highlight: expect.stringContaining(`<mark>${korean}</mark>`),
    });
    expect((await ask({ q: latin.slice(0, 6), tag: 'found', author: author.name })).map(({ id }) => id)).toEqual([
      post.id,
    ]);
    expect((await ask({ q: `${called} ${latin}ing` })).map(({ id }) => id)).toEqual([post.id]);
    expect(await ask({ q: korean, tag: 'other' })).toEqual([]);
    const page = await target().blog.call<string>('GET', `/search?q=${encodeURIComponent(korean)}`, {
      headers: { accept: 'text/html' },
    });
    expect(page.body).toContain(`<mark>${korean}</mark>`);
    await change({ status: 'draft' });
    // Before its event has come, too.
    expect(await ask({ q: korean })).toEqual([]);
    await change({ status: 'published', content: `A ${latin}x.` });
    await eventually(`${latin}x`, [post.id]);
    await eventually(korean, []);
    await author.call('DELETE', `/blog/api/posts/${post.id}`);
    expect(await ask({ q: `${latin}x` })).toEqual([]);
  });

  it('refuses what is no query', async () => {
    for (const q of ['', ' ', 'x'.repeat(201)])
      expect((await target().blog.call('GET', `/blog/api/search?${new URLSearchParams({ q })}`)).status).toBe(422);
  });
});
