import { describe, expect, it } from 'vitest';
import { planned } from '../memory.fixture.ts';

const blog = 'tag:blogger.com,1999:blog-7';
const kind = (name: string) =>
  `<category scheme="http://schemas.google.com/g/2005#kind" term="http://schemas.google.com/blogger/2008/kind#${name}"/>`;
const older = (id: number, of: string, rest = '', text = '&lt;p&gt;Text.&lt;/p&gt;') =>
  `<entry><id>${blog}.post-${id}</id><published>2012-03-04T23:30:00.000-05:00</published><updated>2013-01-01T00:00:00Z</updated>${kind(of)}` +
  `<title type="text">T${id} &amp; more</title><content type="html">${text}</content><author><name>Ada</name><email>noreply@blogger.com</email></author>${rest}</entry>\n`;
const newer = (id: number, type: string, status: string, rest = '') =>
  `<entry><id>${blog}.post-${id}</id><blogger:type>${type}</blogger:type><blogger:status>${status}</blogger:status><author><name>Grace</name><blogger:type>BLOGGER</blogger:type></author>` +
  `<title>T${id}</title><content type="html">&lt;p&gt;Text &lt;b&gt;${id}&lt;/b&gt;.&lt;/p&gt;</content><published>2020-01-02T03:04:05Z</published>` +
  `<category scheme="${blog}" term="Night owls"/><blogger:filename>/2020/01/t${id}.html</blogger:filename>${rest}</entry>\n`;
const feed = (...entries: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xmlns:blogger="http://schemas.google.com/blogger/2018" xmlns:app="x" xmlns:thr="y"><id>${blog}</id><title>B</title>\n${entries.join('')}</feed>`;
const statuses = ({ posts }: ReturnType<typeof planned>) =>
  Object.fromEntries(posts.map(({ path, status }) => [path.replace(/^.*#/, ''), status]));

describe('an export of Blogger', () => {
  it('in its older form has posts, pages and drafts', () => {
    const link = (path: string) => `<link rel="alternate" type="text/html" href="http://owls.example${path}"/>`;
    const made = planned({
      'blog-03-04-2012.xml': feed(
        older(
          1,
          'post',
          `${link('/2012/03/on-owls.html')}<category scheme="http://www.blogger.com/atom/ns#" term="owls"/>`,
          '&lt;p&gt;See &lt;a href="http://owls.example/p/about.html"&gt;me&lt;/a&gt;.&lt;/p&gt;',
        ),
        older(2, 'post', '<app:control><app:draft>yes</app:draft></app:control>'),
        older(3, 'page', link('/p/about.html')),
        older(4, 'comment', `<thr:in-reply-to ref="${blog}.post-1"/>`),
        older(5, 'settings'),
        older(6, 'template'),
      ),
    });
    expect(statuses(made)).toEqual({ 1: 'published', 2: 'draft', 3: 'published' });
    const first = made.post('blog-03-04-2012.xml#1')!;
    expect(first).toMatchObject({
      title: 'T1 & more',
      slug: 'on-owls',
      created_at: '2012-03-05T04:30:00.000Z',
      byline: ['Ada'],
      tags: ['owls'],
      addresses: ['/2012/03/on-owls.html'],
      extra: { comments: 1 },
    });
    expect(first.render().content).toBe('See [me](/blog/posts/about).');
    expect(made.post('blog-03-04-2012.xml#3')!.kind).toBe('page');
    expect(made.asides.map(({ reason }) => reason)).toEqual([
      'it is no article (settings)',
      'it is no article (template)',
    ]);
  });

  it('of Takeout shows what is live', () => {
    const made = planned({
      'Takeout/Blogger/Blogs/Owls/feed.atom': feed(
        newer(1, 'POST', 'LIVE', '<blogger:trashed/>'),
        newer(2, 'POST', 'DRAFT'),
        newer(3, 'POST', 'SOFT_TRASHED', '<blogger:trashed>2021-01-01T00:00:00Z</blogger:trashed>'),
        newer(4, 'POST', 'SCHEDULED'),
        newer(5, 'PAGE', 'LIVE'),
        newer(6, 'COMMENT', 'LIVE'),
        newer(7, 'POST', ''),
      ),
    });
    expect(statuses(made)).toEqual({
      1: 'published',
      2: 'draft',
      3: 'draft',
      4: 'draft',
      5: 'published',
      7: 'draft',
    });
    expect(made.post('Takeout/Blogger/Blogs/Owls/feed.atom#1')).toMatchObject({
      slug: 't1',
      byline: ['Grace'],
      tags: ['Night owls'],
      addresses: ['/2020/01/t1.html'],
    });
  });

  it('that ends too early hides what it ends in', () => {
    const whole = feed(
      newer(1, 'POST', 'LIVE'),
      older(2, 'post', '<app:control><app:draft>yes</app:draft></app:control>'),
    );
    expect(statuses(planned({ 'blog.xml': whole.slice(0, whole.indexOf('<app:control>')) }))).toEqual({
      1: 'published',
      2: 'draft',
    });
  });
});
