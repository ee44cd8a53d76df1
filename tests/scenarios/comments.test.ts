import type { api } from '@dormouse/comments/api';
import type { ResponseOf } from '@dormouse/runtime/api';
import { beforeAll, expect, it } from 'vitest';
import type { Author, Post } from '../blog.ts';
import { describeOn, everyTarget } from '../describe-on.ts';
import { unique } from '../unique.ts';

type Written = ResponseOf<typeof api.create, 202>;
type Listed = ResponseOf<typeof api.list, 200>;

describeOn(everyTarget, 'comments', (target) => {
  let author: Author;
  let reader: Author;
  let post: Post;
  beforeAll(async () => {
    author = await target().blog.register();
    reader = await target().blog.register();
    post = await author.write({ title: unique('Talked about') });
  });
  const path = () => `/blog/api/posts/${post.id}/comments`;
  const list = async () => (await target().blog.call<Listed>('GET', path())).body;

  it('are read by all once a moderator let the first one pass, on the page too', async () => {
    const content = unique('Well *said*');
    const held = await reader.call<Written>('POST', path(), { body: { content } });
    expect(held).toMatchObject({ status: 202, body: { status: 'held', author: reader.name, parent_id: null } });
    expect(await list()).toEqual([]);
    const { id } = held.body;
    expect((await reader.call('PATCH', `/blog/api/comments/${id}`, { body: { status: 'published' } })).status).toBe(
      403,
    );
    expect((await author.call('PATCH', `/blog/api/comments/${id}`, { body: { status: 'published' } })).status).toBe(
      200,
    );
    const answered = { content: 'Thank you.', parent_id: id };
    expect((await author.call('POST', path(), { body: answered })).status).toBe(201);
    expect(await list()).toMatchObject([
      { id, author: reader.name, content, is_post_author: false },
      { parent_id: id, author: author.name, is_post_author: true },
    ]);
    const shown = content.replace('*said*', '<em>said</em>');
    const page = async () => (await target().blog.call<string>('GET', `/blog/posts/${post.slug}`)).body;
    expect(await target().eventually(page, (html) => html.includes(shown))).toContain('Thank you.');
    const told = await target().eventually(
      () => target().journal.events({ subject: `comment/${id}` }),
      (events) => events.length > 1,
    );
    expect(told.map(({ type, signed_by }) => [type, signed_by])).toEqual(
      expect.arrayContaining([
        ['dev.dormouse.comment.created.v1', '/comments'],
        ['dev.dormouse.comment.moderated.v1', '/comments'],
      ]),
    );
  });

  it('can be written without an account, and wait', async () => {
    const guest = { content: unique('A guest was here'), name: 'Grace' };
    const { status, body } = await target().blog.call<Written>('POST', path(), { body: guest });
    expect(status).toBe(202);
    const asGuest = { headers: { 'comment-token': body.token! } };
    expect((await target().blog.call('DELETE', `/blog/api/comments/${body.id}`)).status).toBe(404);
    expect((await target().blog.call('DELETE', `/blog/api/comments/${body.id}`, asGuest)).status).toBe(204);
  });

  it('are gone with the post', async () => {
    const [first] = await list();
    expect((await target().blog.call('GET', `/blog/api/comments/${first!.id}`)).status).toBe(200);
    expect((await author.call('DELETE', `/blog/api/posts/${post.id}`)).status).toBe(204);
    expect((await target().blog.call('GET', path())).status).toBe(404);
    expect((await target().blog.call('GET', `/blog/api/comments/${first!.id}`)).status).toBe(404);
  });
});
