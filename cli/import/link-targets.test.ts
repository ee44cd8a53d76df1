import { describe, expect, it } from 'vitest';
import { linkTargets } from './link-targets.ts';

const at = linkTargets(
  ['articles/one.md', 'articles/Two_B.md', 'releases/one.md', 'guide/index.md', 'top.md'].map((path) => ({ path })),
  [
    'images/a.png',
    'articles/images/b.png',
    'images/deep/c.png',
    'releases/images/d.png',
    'articles/images/d.png',
    'articles/images/with space.png',
  ],
);

describe('an article', () => {
  it.each([
    ['articles/one.md', 'Two_B.md', 'articles/Two_B.md'],
    ['articles/one.md', './two_b.md#part', 'articles/Two_B.md'],
    ['articles/one.md', '../releases/one.md', 'releases/one.md'],
    ['articles/one.md', '../two_b/', 'articles/Two_B.md'],
    ['articles/one.md', '../../releases/one/', 'releases/one.md'],
    ['articles/one.md', '/blog/articles/Two_B', 'articles/Two_B.md'],
    ['articles/one.md', '/articles/two_b.html?x=1#y', 'articles/Two_B.md'],
    ['articles/one.md', '../guide/', 'guide/index.md'],
    ['articles/one.md', '/guide/index.md', 'guide/index.md'],
    ['articles/one.md', '../../../../../top.md', 'top.md'],
    ['top.md', 'articles/one', 'articles/one.md'],
    ['articles/one.md', '?x=1', 'articles/one.md'],
  ])('seen from %s, %s is %s', (from, target, path) => expect(at.article(from, target)).toBe(path));

  it.each(['three.md', '../docs/install/', '/blog/articles/', '%zz', '../../../etc/passwd'])(
    'is not found at %j',
    (target) => expect(at.article('articles/one.md', target)).toBeUndefined(),
  );
});

describe('an article by other names', () => {
  const known = linkTargets(
    [
      { path: '_posts/2020-01-02-on-sleep.md', addresses: ['/naps.html', 'https://old.example/?p=7'] },
      { path: 'a/same.md' },
      { path: 'b/same.md' },
    ],
    [],
  );

  it.each([
    ['/naps/', '_posts/2020-01-02-on-sleep.md'],
    ['/?p=7', '_posts/2020-01-02-on-sleep.md'],
    ['/2020/01/02/on-sleep/', '_posts/2020-01-02-on-sleep.md'],
    ['/tags/on-sleep/', undefined],
    ['/same', undefined],
    ['/b/same', 'b/same.md'],
  ])('%s is %s', (target, path) => expect(known.article('a/same.md', target)).toBe(path));

  it('is what a shortcode names, with or without its date', () => {
    expect(known.named('on-sleep')).toBe('_posts/2020-01-02-on-sleep.md');
    expect(known.named('2020-01-02-on-sleep.md')).toBe('_posts/2020-01-02-on-sleep.md');
    expect(known.named('/b/same.md#part')).toBe('b/same.md');
    expect(known.named('same')).toBeUndefined();
  });
});

describe('a file', () => {
  it.each([
    ['articles/one.md', 'images/b.png', 'articles/images/b.png'],
    ['articles/one.md', '../images/a.png', 'images/a.png'],
    ['articles/one.md', '../images/b.png', 'articles/images/b.png'],
    ['releases/one.md', '/blog/articles/images/B.PNG', 'articles/images/b.png'],
    ['articles/one.md', 'images/with%20space.png', 'articles/images/with space.png'],
  ])('seen from %s, %s is %s', (from, target, path) => expect(at.file(from, target)?.path).toBe(path));

  it('that lies elsewhere is found by its name, when there is one of that name', () => {
    expect(at.file('top.md', 'pictures/old/c.png')).toEqual({ path: 'images/deep/c.png', moved: true });
    expect(at.file('articles/one.md', 'images/b.png')).toEqual({ path: 'articles/images/b.png', moved: false });
    expect(at.file('top.md', 'pictures/d.png')).toBeUndefined();
    expect(at.file('top.md', 'pictures/e.png')).toBeUndefined();
  });
});
