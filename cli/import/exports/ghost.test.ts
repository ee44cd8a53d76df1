import { describe, expect, it } from 'vitest';
import { planned } from '../memory.fixture.ts';

const picture = Buffer.from('89504e470d0a1a0a', 'hex');
type Post = Record<string, unknown>;

const post = (given: Post): Post => ({
  id: 'p1',
  title: 'Low water',
  slug: 'low-water',
  html: '<p>The tide was <strong>out</strong>.</p>',
  type: 'post',
  status: 'published',
  visibility: 'public',
  published_at: '2018-07-14T18:00:00.000Z',
  created_at: '2018-07-01T00:00:00.000Z',
  ...given,
});

const data = (posts: Post[], more: object = {}) => ({
  posts,
  users: [{ id: 'u1', name: 'Writer Three' }],
  tags: [
    { id: 't1', name: 'Tides', visibility: 'public' },
    { id: 't2', name: 'Pictures', visibility: 'public' },
    { id: 't3', name: '#internal note', visibility: 'internal' },
  ],
  posts_authors: posts.map(({ id }) => ({ post_id: id, author_id: 'u1', sort_order: 0 })),
  posts_tags: [
    { post_id: 'p1', tag_id: 't2', sort_order: 2 },
    { post_id: 'p1', tag_id: 't3', sort_order: 0 },
    { post_id: 'p1', tag_id: 't1', sort_order: 1 },
  ],
  ...more,
});

const read = (
  posts: Post[],
  more: object = {},
  whole: (inner: object) => object = (inner) => ({ db: [{ meta: {}, data: inner }] }),
) => planned({ 'log.json': JSON.stringify(whole(data(posts, more))), 'content/images/pier.png': picture });
const content = (html: string, given: Post = {}) =>
  read([post({ html, ...given })])
    .posts[0]!.render()
    .content.replace(/[0-9a-f]{64}/g, 'HASH');

describe('an export of Ghost', () => {
  it.each([
    ['in db', undefined],
    ['alone', (inner: object) => ({ meta: {}, data: inner })],
  ])('with its data %s has titles, dates, authors, tags and slugs', (_, whole) => {
    expect(
      read([post({})], {}, whole).posts.map(({ title, slug, created_at, byline, extra, category_name, status }) => ({
        title,
        slug,
        created_at,
        byline,
        tags: extra.tags,
        category_name,
        status,
      })),
    ).toEqual([
      {
        title: 'Low water',
        slug: 'low-water',
        created_at: '2018-07-14T18:00:00.000Z',
        byline: ['Writer Three'],
        tags: ['Tides', 'Pictures'],
        category_name: 'Tides',
        status: 'published',
      },
    ]);
  });

  it.each<[string, Post]>([
    ['a draft', { status: 'draft', published_at: null }],
    ['scheduled', { status: 'scheduled', published_at: '2032-03-20T06:00:00.000Z' }],
    ['sent by e-mail', { status: 'sent' }],
    ['of no known status', { status: null }],
    ['published in the future', { published_at: '2032-03-20T06:00:00.000Z' }],
    ['for members', { visibility: 'members' }],
    ['for who pays', { visibility: 'paid' }],
    ['for some', { visibility: 'tiers' }],
    [
      'for members in part',
      {
        html: '<p>a</p><!--kg-gated-block:begin nonMember:false memberSegment:"" --><p>secret</p><!--kg-gated-block:end-->',
      },
    ],
  ])('%s is a draft as a whole', (_, given) => expect(read([post(given)]).posts[0]!.status).toBe('draft'));

  it('sent by e-mail only, as old exports say it, is a draft', () =>
    expect(read([post({})], { posts_meta: [{ post_id: 'p1', email_only: 1 }] }).posts[0]!.status).toBe('draft'));

  it('has pages as pages', () =>
    expect(read([post({ type: 'page' })]).posts[0]).toMatchObject({ kind: 'page', status: 'published' }));

  it('shows pictures with captions, and a cover once', () => {
    const figure =
      '<figure class="kg-card"><img src="__GHOST_URL__/content/images/pier.png" alt="The pier"><figcaption>Dusk</figcaption></figure>';
    expect(content(figure)).toBe('![The pier](/blog/media/pictures/HASH-1280.jpg)\n\n*Dusk*');
  });

  it('has a cover beside the text; one of another site stands above it', () => {
    const cover = (given: Partial<Post>) => {
      const { content: text, cover } = read([post({ html: '<p>a</p>', ...given })], {
        posts_meta: [{ post_id: 'p1', feature_image_alt: ' The  pier\n' }],
      }).posts[0]!.render();
      return [text, cover && { ...cover, hash: cover.hash.replace(/^[0-9a-f]{64}$/, 'HASH') }];
    };
    const pier = '__GHOST_URL__/content/images/pier.png';
    expect(cover({ feature_image: pier })).toEqual(['a', { hash: 'HASH', alt: 'The pier' }]);
    expect(cover({ feature_image: 'https://img.example/pier.png' })).toEqual([
      '![ The  pier\n](https://img.example/pier.png)\n\na',
      undefined,
    ]);
  });

  it('has a gallery as pictures in lines of their own, with its caption below', () => {
    const image = (name: string) =>
      `<div class="kg-gallery-image"><img src="__GHOST_URL__/content/images/pier.png" alt="${name}"></div>`;
    expect(
      content(
        `<figure class="kg-card kg-gallery-card kg-card-hascaption"><div class="kg-gallery-container"><div class="kg-gallery-row">${image('One')}${image('Two')}</div><div class="kg-gallery-row">${image('Three')}</div></div><figcaption>At dusk</figcaption></figure><p>Text.</p>`,
      ),
    ).toBe(
      '![One](/blog/media/pictures/HASH-1280.jpg)\n![Two](/blog/media/pictures/HASH-1280.jpg)\n![Three](/blog/media/pictures/HASH-1280.jpg)\n\n*At dusk*\n\nText.',
    );
  });

  it('has its cards as Markdown', () => {
    expect(
      content(
        '<div class="kg-card kg-callout-card"><div class="kg-callout-emoji">⚠️</div><div class="kg-callout-text">Mind <b>it</b>.</div></div>',
      ),
    ).toBe('> ⚠️ Mind **it**.');
    expect(
      content(
        '<div class="kg-card kg-toggle-card"><div class="kg-toggle-heading"><h4 class="kg-toggle-heading-text">Which step?</h4><button><svg></svg></button></div><div class="kg-toggle-content"><p>The third.</p></div></div>',
      ),
    ).toBe('<details><summary>Which step?</summary>\n\nThe third.\n\n</details>');
    expect(
      content(
        '<figure class="kg-card kg-bookmark-card"><a class="kg-bookmark-container" href="https://example.org/x"><div class="kg-bookmark-content"><div class="kg-bookmark-title">X</div><div class="kg-bookmark-description">About X</div></div></a></figure>',
      ),
    ).toBe('[X](https://example.org/x)\n\nAbout X');
    expect(
      content(
        '<figure class="kg-card kg-embed-card"><iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ?x=1" title="A video"></iframe></figure>',
      ),
    ).toBe('[A video](https://www.youtube.com/watch?v=dQw4w9WgXcQ)');
    expect(content('<pre><code class="language-sh">tide --at noon\n</code></pre>')).toBe('```sh\ntide --at noon\n```');
    expect(
      content(
        '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>',
      ),
    ).toBe('| a | b |\n| - | - |\n| 1 | 2 |');
  });

  it('has footnotes whose links still lead there and back', () => {
    expect(
      content(
        '<p>A note<sup class="footnote-ref"><a href="#fn1" id="fnref1">[1]</a></sup>.</p><section class="footnotes"><ol><li id="fn1"><p>At the foot. <a href="#fnref1">↩︎</a></p></li></ol></section>',
      ).replace(/\\/g, ''),
    ).toBe('A note<sup><a id="fnref1"></a>[[1]](#fn1)</sup>.\n\n1. <a id="fn1"></a>At the foot. [↩︎](#fnref1)');
  });

  it('links to its own posts; what leads nowhere is text', () => {
    expect(content('<p><a href="__GHOST_URL__/low-water/#x">self</a> <a href="__GHOST_URL__/gone/">gone</a></p>')).toBe(
      '[self](/blog/posts/low-water#x) gone',
    );
  });

  it('keeps what looks like Markdown as it looked', () => {
    expect(content('<p>1. *no list* {{ x }} [[y]] # z</p>').replace(/\\/g, '')).toBe('1. *no list* {{ x }} [[y]] # z');
    expect(content('<p>1. *no list*</p>')).not.toBe('1. *no list*');
  });

  it('names what has no text', () => {
    expect(read([post({}), post({ id: 'p2', html: '' })]).skipped).toEqual([
      { file: 'log.json#p2', reason: 'it has no text: Low water' },
    ]);
  });

  it('is not seen in any other JSON', () => {
    expect(
      planned({ 'a.md': 'Text', 'package.json': '{"posts": 1}', 'x.json': '{"data":{"posts":[]', 'y.json': '[]' })
        .posts,
    ).toHaveLength(1);
  });
});
