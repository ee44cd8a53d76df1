import { describe, expect, it } from 'vitest';
import { planned } from '../memory.fixture.ts';

interface Item {
  id: number;
  title?: string;
  content?: string;
  status?: string;
  type?: string;
  password?: string;
  date?: string;
  gmt?: string;
  name?: string;
  rest?: string;
}

const item = ({
  id,
  title = `T${id}`,
  content = 'Text.',
  status = 'publish',
  type = 'post',
  password = '',
  date = '2020-06-01 23:30:00',
  gmt = '2020-06-01 21:30:00',
  name = `t${id}`,
  rest = '',
}: Item) =>
  `<item><title><![CDATA[${title}]]></title><link>https://garden.example.org/beds/${name}.html</link><pubDate>Mon, 01 Jun 2020 21:30:00 +0000</pubDate>` +
  `<dc:creator><![CDATA[editor]]></dc:creator><guid isPermaLink="false">https://garden.example.org/?p=${id}</guid><description></description>` +
  `<content:encoded><![CDATA[${content}]]></content:encoded><excerpt:encoded><![CDATA[]]></excerpt:encoded><wp:post_id>${id}</wp:post_id>` +
  `<wp:post_date><![CDATA[${date}]]></wp:post_date><wp:post_date_gmt><![CDATA[${gmt}]]></wp:post_date_gmt><wp:post_name><![CDATA[${name}]]></wp:post_name>` +
  `<wp:status><![CDATA[${status}]]></wp:status><wp:post_type><![CDATA[${type}]]></wp:post_type><wp:post_password><![CDATA[${password}]]></wp:post_password>${rest}</item>\n`;

const wxr = (...items: string[]) =>
  `<?xml version="1.0" encoding="UTF-8" ?>\n<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/" xmlns:content="x" xmlns:dc="y" xmlns:excerpt="z">\n<channel><title>G</title>` +
  `<link>https://garden.example.org</link><wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>https://garden.example.org</wp:base_blog_url>` +
  `<wp:author><wp:author_id>1</wp:author_id><wp:author_login><![CDATA[editor]]></wp:author_login><wp:author_display_name><![CDATA[Gardener]]></wp:author_display_name></wp:author>\n` +
  `${items.join('')}</channel></rss>`;

const picture = Buffer.from('89504e470d0a1a0a', 'hex');
const read = (...items: string[]) =>
  planned({ 'export.xml': wxr(...items), 'wp-content/uploads/2020/06/bed.png': picture });
const content = (given: Partial<Item> | string, ...others: string[]) =>
  read(item({ id: 5, ...(typeof given === 'string' ? { content: given } : given) }), ...others)
    .post('export.xml#5')!
    .render().content;

describe('an export of WordPress', () => {
  it('has titles, dates, authors, categories and slugs', () => {
    const { posts, asides } = read(
      item({
        id: 5,
        title: 'Thorns &#038; <em>gloves</em>',
        name: '%ec%a0%95%ec%9b%90',
        rest: '<category domain="category" nicename="r"><![CDATA[Roses &amp; thorns]]></category><category domain="post_tag" nicename="s"><![CDATA[soil]]></category>',
      }),
      item({ id: 6, type: 'page', gmt: '0000-00-00 00:00:00', date: '1969-05-01 02:00:00' }),
      item({ id: 7, type: 'nav_menu_item', content: '' }),
      item({ id: 8, type: 'attachment', status: 'inherit', content: '' }),
    );
    expect(
      posts.map(({ path, title, created_at, byline, category_name, slug, status, kind, extra }) => ({
        path,
        title,
        created_at,
        byline,
        category_name,
        slug,
        status,
        kind,
        tags: extra.tags,
      })),
    ).toEqual([
      {
        path: 'export.xml#6',
        title: 'T6',
        created_at: '1969-05-01T00:00:00.000Z',
        byline: ['Gardener'],
        category_name: 'Blog',
        slug: 't6',
        status: 'published',
        kind: 'page',
        tags: [],
      },
      {
        path: 'export.xml#5',
        title: 'Thorns & gloves',
        created_at: '2020-06-01T21:30:00.000Z',
        byline: ['Gardener'],
        category_name: 'Roses & thorns',
        slug: '정원',
        status: 'published',
        kind: 'post',
        tags: ['soil'],
      },
    ]);
    expect(asides.map(({ file }) => file)).toEqual(['export.xml#7', 'export.xml#8']);
  });

  it.each<[string, Partial<Item>]>([
    ['a draft', { status: 'draft', gmt: '0000-00-00 00:00:00' }],
    ['pending', { status: 'pending' }],
    ['private', { status: 'private' }],
    ['scheduled', { status: 'future', date: '2098-01-01 10:00:00', gmt: '2098-01-01 09:00:00' }],
    ['published in the future', { date: '2098-01-01 10:00:00', gmt: '2098-01-01 09:00:00' }],
    ['in the trash', { status: 'trash' }],
    ['of a status of its own', { status: 'in-progress' }],
    ['without a status', { status: '' }],
    ['behind a password', { password: 'spade' }],
    ['of a kind of its own', { type: 'product' }],
    ['for members by a shortcode', { content: 'a [members_only]secret[/members_only]' }],
    ['for who pays by a block', { content: '<!-- wp:jetpack/premium-content/container --><p>secret</p>' }],
    [
      'for a role by a plugin',
      {
        rest: '<wp:postmeta><wp:meta_key><![CDATA[_members_access_role]]></wp:meta_key><wp:meta_value><![CDATA[editor]]></wp:meta_value></wp:postmeta>',
      },
    ],
  ])('%s is a draft', (_, given) =>
    expect(read(item({ id: 5, ...given })).posts.map(({ status }) => status)).toEqual(['draft']),
  );

  it('that ends within an item, or is damaged in one, makes that a draft and no other', () => {
    const whole = wxr(item({ id: 5 }), item({ id: 6 }), item({ id: 7 }));
    const torn = planned({ 'export.xml': whole.slice(0, whole.indexOf('T7') + 500) });
    expect(torn.posts.map(({ path, status }) => [path, status])).toEqual([
      ['export.xml#5', 'published'],
      ['export.xml#6', 'published'],
      ...torn.posts.slice(2).map(({ path }) => [path, 'draft']),
    ]);
    const damaged = read(item({ id: 5 }), item({ id: 6, content: 'a ]]> <p>b</p>' }), item({ id: 7 }));
    expect(damaged.posts.map(({ status }) => status)).toEqual(['published', 'draft', 'published']);
  });

  it('is read with control characters, ends of CDATA in a text, and entities that XML does not know', () => {
    const odd = wxr(item({ id: 5, content: 'a\u0008b ]]]]><![CDATA[> is no end', title: 'A\u000bB' })).replace(
      '<title>G</title>',
      '<title>G &nbsp; &eacute;</title>',
    );
    const { posts } = planned({ 'export.xml': odd });
    expect(posts[0]).toMatchObject({ status: 'published', title: 'AB' });
    expect(posts[0]!.render().content.replace(/\\/g, '')).toBe('ab ]]> is no end');
  });

  it('has blocks as Markdown, without the marks of the editor', () => {
    expect(
      content(
        '<!-- wp:paragraph -->\n<p>Dug <strong>it</strong>.</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:list -->\n<ul><!-- wp:list-item -->\n<li>leeks</li>\n<!-- /wp:list-item --></ul>\n<!-- /wp:list -->\n\n' +
          '<!-- wp:code -->\n<pre class="wp-block-code"><code>a &lt; b</code></pre>\n<!-- /wp:code -->\n<!-- wp:embed -->\n<figure class="wp-block-embed"><div class="wp-block-embed__wrapper">\nhttps://example.org/v\n</div></figure>\n<!-- /wp:embed -->',
      ),
    ).toBe('Dug **it**.\n\n- leeks\n\n```\na < b\n```\n\n[https://example.org/v](https://example.org/v)');
  });

  it('has paragraphs where the classic editor had blank lines, and line ends where it had them', () => {
    expect(content('One\ntwo <em>three</em>.\n\n<h2>Part</h2>\nFour\n<!--more-->\nFive')).toBe(
      'One\\\ntwo *three*.\n\n## Part\n\nFour\n\nFive',
    );
  });

  it('shows pictures of its uploads, with captions, smaller ones and covers too', () => {
    const cover = item({
      id: 4,
      type: 'attachment',
      status: 'inherit',
      content: '',
      rest: '<wp:attachment_url><![CDATA[https://garden.example.org/wp-content/uploads/2020/06/bed.png]]></wp:attachment_url><wp:postmeta><wp:meta_key><![CDATA[_wp_attachment_image_alt]]></wp:meta_key><wp:meta_value><![CDATA[A bed]]></wp:meta_value></wp:postmeta>',
    });
    const thumbnail =
      '<wp:postmeta><wp:meta_key><![CDATA[_thumbnail_id]]></wp:meta_key><wp:meta_value><![CDATA[4]]></wp:meta_value></wp:postmeta>';
    const shown = (text: string) => text.replace(/[0-9a-f]{64}/g, 'HASH');
    expect(
      shown(
        content(
          '[caption id="attachment_4" width="96"]<img src="https://garden.example.org/wp-content/uploads/2020/06/bed-96x96.png" alt="B" /> From above[/caption]',
        ),
      ),
    ).toBe('![B](/blog/media/pictures/HASH-1280.jpg)\n\n*From above*');
    expect(shown(content('[gallery ids="4"]', cover))).toBe('![A bed](/blog/media/pictures/HASH-1280.jpg)');
    expect(
      shown(content('[gallery columns="2"]', cover.replace('</item>', '<wp:post_parent>5</wp:post_parent></item>'))),
    ).toBe('![A bed](/blog/media/pictures/HASH-1280.jpg)');
    expect(shown(content('[gallery ids="4,4"]', cover))).toBe(
      '![A bed](/blog/media/pictures/HASH-1280.jpg)\n![A bed](/blog/media/pictures/HASH-1280.jpg)',
    );
    const covered = (text: string) => {
      const rendered = read(item({ id: 5, rest: thumbnail, content: text }), cover)
        .post('export.xml#5')!
        .render();
      return [shown(rendered.content), rendered.cover?.alt, /^[0-9a-f]{64}$/.test(rendered.cover?.hash ?? '')];
    };
    expect(covered('Text.')).toEqual(['Text.', 'A bed', true]);
    expect(covered('<img src="/wp-content/uploads/2020/06/bed.png" alt="x">')).toEqual([
      '![x](/blog/media/pictures/HASH-1280.jpg)',
      'A bed',
      true,
    ]);
    // A post needs a text.
    expect(covered('')).toEqual(['![A bed](/blog/media/pictures/HASH-1280.jpg)', 'A bed', true]);
    expect(content('<img src="https://garden.example.org/wp-content/uploads/gone.png" alt="gone">')).toBe(
      '![gone](https://garden.example.org/wp-content/uploads/gone.png)',
    );
  });

  it('links to posts by their address or number; others keep theirs', () => {
    const other = item({ id: 6, name: 'the-first-bed' });
    expect(
      content(
        '<a href="https://garden.example.org/beds/the-first-bed.html#x">a</a> <a href="http://www.garden.example.org/?p=6">b</a> <a href="https://garden.example.org/feed">c</a> <a href="https://example.org/">d</a>',
        other,
      ),
    ).toBe(
      '[a](/blog/posts/the-first-bed#x) [b](/blog/posts/the-first-bed) [c](https://garden.example.org/feed) [d](https://example.org/)',
    );
  });

  it('keeps shortcodes of plugins as text, and inserts shared blocks', () => {
    const shared = item({
      id: 9,
      type: 'wp_block',
      content: '<!-- wp:paragraph --><p>Shared.</p><!-- /wp:paragraph -->',
    });
    expect(content('[planner month="july"]').replace(/\\/g, '')).toBe('[planner month="july"]');
    expect(content('<!-- wp:block {"ref":9} /-->', shared)).toBe('Shared.');
  });

  it('hides what has a shared block or a footnote for members only', () => {
    const secret = '[members_only]Secret.[/members_only]';
    const shared = item({ id: 9, type: 'wp_block', content: secret });
    const block = item({ id: 5, content: 'Text. <!-- wp:block {"ref":9} /-->' });
    const notes = JSON.stringify([{ id: 'a', content: secret }]);
    const rest = `<wp:postmeta><wp:meta_key>footnotes</wp:meta_key><wp:meta_value><![CDATA[${notes}]]></wp:meta_value></wp:postmeta>`;
    const note = item({ id: 6, content: 'Text.<sup data-fn="a" class="fn">1</sup>', rest });
    const { posts } = read(block, note, item({ id: 7 }), shared);
    expect(posts.map(({ path, status }) => [path, status])).toEqual([
      ['export.xml#5', 'draft'],
      ['export.xml#6', 'draft'],
      ['export.xml#7', 'published'],
    ]);
  });

  it('never shows comments, and says how many were approved', () => {
    const comments = [1, 0, 'spam'].map(
      (approved) =>
        `<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_content><![CDATA[secretcomment]]></wp:comment_content><wp:comment_approved><![CDATA[${approved}]]></wp:comment_approved></wp:comment>`,
    );
    const { posts } = read(item({ id: 5, rest: comments.join('') }));
    expect(posts[0]!.extra.comments).toBe(1);
    expect(posts[0]!.render().content).toBe('Text.');
  });

  it('names what has no text', () => {
    const { skipped } = read(item({ id: 5 }), item({ id: 6, content: '', title: 'Only a title' }));
    expect(skipped).toEqual([{ file: 'export.xml#6', reason: 'it has no text: Only a title' }]);
  });
});
