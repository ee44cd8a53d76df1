import { expect, it } from 'vitest';
import { defaultAuthority, feedAuthority } from './feed-authority.ts';

it.each([defaultAuthority, 'blog.example,2026-11', 'blog.example,2026-11-28'])('%s is an authority', (text) =>
  expect(feedAuthority(text)).toBe(text),
);

it.each(['blog.example', 'https://blog.example,2026', 'Blog.example,2026', 'blog.example,26', 'a b,2026', ',2026'])(
  '%s stops the start by the name of the setting',
  (text) => expect(() => feedAuthority(text)).toThrow('FEED_AUTHORITY'),
);
