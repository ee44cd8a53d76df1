import { catalogue } from '@dormouse/events/catalogue';
import { readExamples } from '@dormouse/events/examples';
import { newApp } from '@dormouse/runtime/app';
import { describe, expect, it } from 'vitest';
import { aPost, world } from './app.fixture.ts';
import { consumes, purging } from './purging.ts';

const data = {
  id: 1,
  version: 2,
  slug: 's',
  title: 'T',
  author: 'ada',
  status: 'published',
  category: { id: 1, name: 'C', slug: 'c' },
  created_at: '2026-06-04T10:00:00Z',
  updated_at: '2026-06-04T10:00:00Z',
};
const event = {
  specversion: '1.0',
  id: '0197',
  type: 'dev.dormouse.post.updated.v1',
  source: '/posts',
  subject: 'post/1',
  time: '2026-06-04T10:00:00Z',
  data,
};
const send = (app: Pick<ReturnType<typeof world>['app'], 'request'>, body: unknown) =>
  app.request('/events', {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify(body),
  });

describe('an event about a post or a category', () => {
  it('makes the next view of a page a new one', async () => {
    const { app, stored } = world();
    stored.push(aPost({ title: 'Before' }));
    await app.request('/blog/');
    stored[0] = { ...stored[0]!, title: 'After' };
    expect(await (await app.request('/blog/')).text()).toContain('Before');
    expect((await send(app, event)).status).toBe(204);
    expect(await (await app.request('/blog/')).text()).toContain('After');
  });
  it.each([
    ['an update of what is published', 'updated', 'published', 'its feeds'],
    ['an update of a draft', 'updated', 'draft', 'nothing'],
    ['a publication', 'published', 'published', 'its feeds'],
    ['the end of one', 'unpublished', 'draft', 'the feeds of the blog'],
    ['the deletion of a draft', 'deleted', 'draft', 'nothing'],
  ])('%s: hubs are told of what somebody could read', async (_, what, status, told) => {
    const changed: string[] = [];
    const { app } = world({ hubs: { urls: [], changed: (topics) => void changed.push(...topics) } });
    const body = { ...event, type: `dev.dormouse.post.${what}.v1`, data: { ...data, status } };
    expect((await send(app, body)).status).toBe(204);
    expect([changed.includes('/blog/feed.xml'), changed.includes('/blog/categories/c/feed.xml')]).toEqual([
      told !== 'nothing',
      told === 'its feeds',
    ]);
  });
  it('shares a purge with those that come while another is done, and waits for it', async () => {
    const { app, stored, kept } = world();
    stored.push(aPost({ title: 'Before' }));
    await app.request('/blog/');
    const sent = Array.from({ length: 20 }, (_, n) => send(app, { ...event, id: `0197-${n}` }));
    expect((await Promise.all(sent)).map(({ status }) => status)).toEqual(sent.map(() => 204));
    expect(kept.size).toBe(0);
  });
  it('purges nothing while a draft is written', async () => {
    const { app, kept } = world();
    await app.request('/blog/');
    await send(app, { ...event, data: { ...data, status: 'draft' } });
    expect(kept.size).toBe(1);
  });
  it('purges once more when nobody can answer from an old copy any longer', async () => {
    const { app, later, kept } = world();
    await send(app, event);
    await app.request('/blog/');
    expect(kept.size).toBe(1);
    for (const work of later) work();
    expect(kept.size).toBe(0);
  });
  it('shares its second purge with those of the same moment', async () => {
    const { web } = world();
    const app = newApp();
    const again: (() => void)[] = [];
    let now = 1000;
    purging(
      app,
      web,
      (work) => void again.push(work),
      () => now,
    );
    for (let n = 0; n < 5; n++) await send(app, { ...event, id: `burst-${n}` });
    expect(again).toHaveLength(1);
    now += 100;
    await send(app, event);
    expect(again).toHaveLength(2);
  });
  it('may come twice', async () => {
    const { app, did } = world();
    expect([(await send(app, event)).status, (await send(app, event)).status]).toEqual([204, 204]);
    expect(did('purge').filter(([, what]) => what !== 'site')).toHaveLength(2);
  });
  it('that is of no use is refused for good', async () => {
    const { app } = world();
    expect((await send(app, { ...event, data: {} })).status).toBe(422);
    expect(
      (
        await send(app, {
          ...event,
          type: 'dev.dormouse.user.registered.v1',
          source: '/auth',
          subject: 'user/1',
          data: { id: 1, username: 'ada', created_at: data.created_at },
        })
      ).status,
    ).toBe(422);
  });
  it('about a comment that waits changes no page', async () => {
    const { app, did } = world();
    const created = readExamples().filter(({ event }) => event.type === 'dev.dormouse.comment.created.v1');
    for (const { event } of created) expect((await send(app, event)).status).toBe(204);
    expect(created.map(({ event }) => (event.data as { status: string }).status).sort()).toEqual(['held', 'published']);
    expect(did('purge')).toEqual([
      ['purge', 'site'],
      ['purge', 'page:'],
    ]);
  });
  it('that could not be purged for is asked for again', async () => {
    const { web } = world();
    const { app } = world({
      pages: { ...web.pages, purge: () => Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })) },
    });
    expect((await send(app, event)).status).toBe(503);
  });
  it('of every type about posts, categories, comments, people, pictures and the blog that changes a page is taken', () => {
    const types = catalogue
      .filter(({ retired }) => !retired)
      .map(({ type }) => type)
      .filter(
        (type) =>
          /^dev\.dormouse\.(post|category|blog|user|comment|media)\./.test(type) &&
          !/\.(post\.created|user\.registered|media\.uploaded|media\.refused)\./.test(type),
      );
    expect(consumes.map(({ type }) => type).sort()).toEqual([...types].sort());
  });
});
