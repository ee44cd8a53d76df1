import { expect, test } from 'vitest';
import { announcementOf, bodyOf, withdrawalOf, withdrawnBody } from './announcement.ts';

const data = {
  id: 7,
  version: 2,
  slug: 'wake',
  title: 'Wake',
  author: 'ada',
  status: 'published' as const,
  category: { id: 1, name: 'General', slug: 'general' },
  tags: ['Sleep'],
  created_at: '2026-11-30T12:00:00Z',
  updated_at: '2026-11-30T12:01:00Z',
};
const of = (verb: string, change: Partial<Record<keyof typeof data, unknown>> = {}, site?: string) =>
  announcementOf(
    { type: `dev.dormouse.post.${verb}.v1`, time: '2026-11-30T12:01:00Z', data: { ...data, ...change } as never },
    site,
  );

test('subscribers are told of a public post, and of nobody', () => {
  for (const verb of ['published', 'updated'])
    expect(of(verb, {}, 'https://blog.example')).toEqual({
      type: `dev.dormouse.post.${verb}.v1`,
      timestamp: '2026-11-30T12:01:00Z',
      postId: 7,
      data: {
        id: 7,
        version: 2,
        slug: 'wake',
        title: 'Wake',
        kind: 'post',
        category: data.category,
        tags: ['Sleep'],
        created_at: data.created_at,
        updated_at: data.updated_at,
        url: 'https://blog.example/blog/posts/wake',
      },
    });
  expect(JSON.stringify(of('published'))).not.toMatch(/ada|url/);
});

test('drafts are nobody’s business, whatever becomes of them', () => {
  for (const verb of ['updated', 'deleted', 'published']) expect(of(verb, { status: 'draft' })).toBe(undefined);
});

test('of a post that is hidden or gone, its id is all', () => {
  for (const [verb, status] of [
    ['unpublished', 'draft'],
    ['deleted', 'published'],
  ] as const)
    expect(of(verb, { status, title: 'Secret now' })).toEqual({
      type: `dev.dormouse.post.${verb}.v1`,
      timestamp: '2026-11-30T12:01:00Z',
      data: { id: 7, version: 2 },
    });
});

test('what hides a post takes back what was said of it until then, drafts too', () => {
  const taken = (verb: string, status = 'draft') =>
    withdrawalOf({ type: `dev.dormouse.post.${verb}.v1`, data: { ...data, status } as never });
  for (const verb of ['unpublished', 'deleted']) expect(taken(verb)).toEqual({ postId: 7, version: 2 });
  for (const verb of ['published', 'updated']) expect(taken(verb, 'published')).toBe(undefined);
});

test('of a body that was taken back, type, time, id and version are left', () => {
  const told = of('published')!;
  expect(JSON.parse(withdrawnBody(bodyOf(told)))).toEqual({
    type: told.type,
    timestamp: told.timestamp,
    data: { id: 7, version: 2 },
  });
});
