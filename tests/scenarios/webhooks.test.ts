import type { ResponseOf } from '@dormouse/runtime/api';
import type { api } from '@dormouse/webhooks/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Author } from '../blog.ts';
import { describeOn, everyTarget } from '../describe-on.ts';

type Made = ResponseOf<typeof api.create, 201>;
type Sent = ResponseOf<typeof api.deliveries, 200>;

const events = ['published', 'updated', 'unpublished', 'deleted'].map((verb) => `dev.dormouse.post.${verb}.v1`);
/** A name that leads nowhere: what matters here is what is sent, and that it is tried. */
const url = 'https://receiver.example/hook';

describeOn(everyTarget, 'webhooks', (target) => {
  let author: Author;
  let made: Made;
  beforeAll(async () => {
    author = await target().blog.register();
    made = (await target().administrator<Made>('POST', '/api/webhooks', { body: { url, events } })).body;
  });
  afterAll(async () => {
    await target().administrator('DELETE', `/api/webhooks/${made.id}`);
  });
  const sent = async () =>
    (await target().administrator<Sent>('GET', `/api/webhooks/${made.id}/deliveries?limit=100`)).body;
  const toldOf = (id: number, all: Sent) =>
    all.map(({ request }) => JSON.parse(request)).filter(({ data }) => data.id === id);

  it('are told of a post while it is public, and of a hidden one no more than its id', async () => {
    const post = await author.write({ title: 'Nobody knows', status: 'draft' });
    const change = (body: object) => author.call('PATCH', `/blog/api/posts/${post.id}`, { body });
    await change({ title: 'Told' });
    await change({ status: 'published' });
    const first = await target().eventually(sent, (all) => toldOf(post.id, all).length > 0, 30);
    expect(toldOf(post.id, first)).toMatchObject([{ type: events[0], data: { title: 'Told' } }]);
    const tried = await target().eventually(sent, (all) => all.some(({ attempts }) => attempts.length > 0), 60);
    expect(tried.flatMap(({ attempts }) => attempts)).toContainEqual(expect.objectContaining({ status: null }));
    await change({ status: 'draft', title: 'Hidden' });
    const last = await target().eventually(sent, (all) => toldOf(post.id, all).length > 1, 30);
    expect(toldOf(post.id, last)[0]).toMatchObject({ type: events[2], data: { id: post.id } });
    expect(JSON.stringify(last)).not.toMatch(/Nobody knows|Hidden/);
    expect(JSON.stringify(last)).not.toContain(author.name);
  });

  it('lead to no address inside, and are none of an author’s business', async () => {
    const inside = { url: 'https://127.0.0.1/', events };
    expect((await target().administrator('POST', '/api/webhooks', { body: inside })).status).toBe(422);
    expect((await author.call('POST', '/api/webhooks', { body: { url, events } })).status).toBe(403);
    expect((await author.call('GET', `/api/webhooks/${made.id}/deliveries`)).status).toBe(403);
    expect((await target().blog.call('GET', '/api/webhooks')).status).toBe(401);
  });
});
