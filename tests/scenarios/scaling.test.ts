import { expect, it } from 'vitest';
import type { Post } from '../blog.ts';
import { describeOn, targetsWith } from '../describe-on.ts';
import { statusesOf } from '../requests.ts';
import { unique } from '../unique.ts';

describeOn(targetsWith('services', 'roll'), 'a new revision', (target) => {
  it('takes over under load, and none of 1,000 requests fails', async () => {
    const author = await target().blog.register();
    const { id } = await author.write({ title: unique('Rolled') });
    const path = `/blog/api/posts/${id}`;
    const revision = async () => (await target().services()).find(({ name }) => name === 'posts')?.revision;
    const before = await revision();
    const counted: Record<string, number> = {};
    let rolling = true;
    const load = async () => {
      for (let sent = 0; rolling || sent < 1000; sent += 200)
        for (const [status, count] of Object.entries(
          await statusesOf(`${target().url}${path}`, { count: 200, together: 10, pauseMs: 20 }),
        ))
          counted[status] = (counted[status] ?? 0) + count;
    };
    const roll = target()
      .roll('posts')
      .finally(() => (rolling = false));
    await Promise.all([load(), roll]);
    expect(await revision()).not.toBe(before);
    expect(Object.keys(counted)).toEqual(['200']);
    expect(counted['200']).toBeGreaterThanOrEqual(1000);
    expect((await target().blog.call<Post>('GET', path)).body.id).toBe(id);
  });
});

describeOn(targetsWith('services'), 'functions that nobody asks', (target) => {
  const instances = async () =>
    Object.fromEntries((await target().services()).map(({ name, instances }) => [name, instances]));

  it('fall asleep, and the next request wakes those it needs, with the right answer', async () => {
    const author = await target().blog.register();
    const post = await author.write({ title: unique('Asleep') });
    await target().eventually(
      instances,
      ({ posts, categories, web, auth }) => posts! + categories! + web! + auth! === 0,
      240,
    );
    const page = await target().blog.call<string>('GET', `/blog/posts/${post.slug}`);
    expect(page.status).toBe(200);
    expect(page.body).toContain(post.title);
    expect(await instances()).toMatchObject({ web: 1, posts: 1, auth: 0 });
  });

  it('are woken by an event that is for them', async () => {
    const author = await target().blog.register();
    await target().eventually(instances, ({ categories }) => categories === 0, 240);
    const name = unique('Winter');
    await author.write({ title: 'Wake up', category_name: name });
    await target().eventually(instances, ({ categories }) => categories! > 0);
    const { body } = await target().blog.call<{ name: string }[]>('GET', '/blog/api/categories');
    expect(body.map((category) => category.name)).toContain(name);
  });
});
