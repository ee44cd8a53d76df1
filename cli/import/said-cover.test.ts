import { describe, expect, it } from 'vitest';
import { planned } from './memory.fixture.ts';

const picture = Buffer.from('89504e470d0a1a0a', 'hex');
const files = {
  'static/img/a.png': picture,
  'content/posts/b/cover.jpg': picture,
  'static/logo.svg': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
};

/** What becomes of a head. */
function coverOf(head: string, path = 'content/posts/a.md') {
  const plan = planned({
    'hugo.toml': 'title = "x"',
    ...files,
    [path]: `---\ntitle: A\ndate: 2020-01-01\n${head}\n---\n\nText.\n`,
  });
  const { cover, content } = plan.posts[0]!.render();
  return { alt: cover?.alt, found: cover !== undefined, content, pictures: plan.pictures.size };
}
const found = (alt = '') => ({ alt, found: true, content: 'Text.', pictures: 1 });
const none = { alt: undefined, found: false, content: 'Text.', pictures: 0 };

describe('the cover that a head names', () => {
  it.each([
    ['cover: /img/a.png', ''],
    ['image: img/a.png', ''],
    ['featured_image: /img/a.png\nfeatured_image_alt: A cat', 'A cat'],
    ['coverImage: "/img/a.png"', ''],
    ['cover:\n  image: /img/a.png\n  alt: "A  cat"\n  caption: no', 'A cat'],
    ['image:\n  src: /img/a.png\n  alt: A cat', 'A cat'],
    ['header:\n  overlay_image: /img/a.png', ''],
    ['images: ["/img/a.png", "/img/b.png"]', ''],
    ['cover: true\nimage: /img/a.png', ''],
  ])('%s', (head, alt) => expect(coverOf(head)).toEqual(found(alt)));

  it('lies beside the article, too', () =>
    expect(coverOf('cover: { image: cover.jpg }', 'content/posts/b/index.md')).toEqual(found()));

  it.each([
    'cover: A title',
    'image: /img/gone.png',
    'cover: { image: /img/a.png, hidden: true }',
    'image: https://img.example/a.png',
    'cover: 7',
  ])('%s is none', (head) => expect(coverOf(head)).toEqual(none));

  it('that media does not take stands above the text', () =>
    expect(coverOf('cover: /logo.svg').content).toMatch(/^!\[\]\(\/blog\/media\/[0-9a-f]{64}\)\n\nText\.$/));
});
