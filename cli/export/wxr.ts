import { posix } from 'node:path';
import { tagSlug } from '@dormouse/runtime/slug';
import type { Post } from '../blog-folder/fields.ts';
import { picturePath, picturesOf, readmeFile } from '../blog-folder/layout.ts';
import { servedAddress } from '../blog-folder/picture-address.ts';
import { bytesOf, type Format, type ReadBlog, undated } from './format.ts';
import { escaped, pageHtml } from './page-html.ts';

/** Where WordPress keeps pictures. */
const uploads = 'wp-content/uploads';

/**
 * WordPress eXtended RSS 1.2, with the pictures where WordPress keeps them. Texts are HTML, as the pages show them. Each picture is an attachment too,
 * which WordPress' importer fetches from the blog when it is asked to.
 */
export const wxr: Format = async (blog, target) => {
  const file = await target.open('blog.xml', undated);
  await file.write(channel(blog));
  const shown = new Map<string, { post: Post; id: number }>();
  for await (const { post } of blog.posts()) {
    for (const picture of picturesOf(post))
      if (!shown.has(picture)) shown.set(picture, { post, id: blog.lastId + shown.size + 1 });
    const cover = post.cover ? shown.get(servedAddress(post.cover))?.id : undefined;
    await file.write(await postItem(post, blog.address, cover));
  }
  for (const [picture, { post, id }] of shown) await file.write(attachment(picture, post, id, blog.address));
  await file.write('</channel>\n</rss>\n');
  await file.end();
  for await (const { address, type, bytes, changed } of blog.pictures())
    await target.add(posix.join(uploads, posix.basename(picturePath(address, type))), bytes, changed);
  await target.add(readmeFile, bytesOf(readme), undated);
};

const readme =
  'blog.xml is an export for the WordPress importer (Tools, Import). It fetches pictures from the blog itself while that\n' +
  'runs ("Download and import file attachments"); they lie in wp-content/uploads as well.\n';

function channel({ address, settings = {}, authors, categories }: ReadBlog): string {
  const people = [...authors].map(
    ([login, name], index) =>
      `<wp:author><wp:author_id>${index + 1}</wp:author_id><wp:author_login>${cdata(login)}</wp:author_login><wp:author_email>${cdata('')}</wp:author_email>` +
      `<wp:author_display_name>${cdata(name)}</wp:author_display_name><wp:author_first_name>${cdata('')}</wp:author_first_name><wp:author_last_name>${cdata('')}</wp:author_last_name></wp:author>\n`,
  );
  const terms = [...categories].map(
    ([slug, name], index) =>
      `<wp:category><wp:term_id>${index + 1}</wp:term_id><wp:category_nicename>${cdata(nicename(slug))}</wp:category_nicename>` +
      `<wp:category_parent>${cdata('')}</wp:category_parent><wp:cat_name>${cdata(escaped(name))}</wp:cat_name></wp:category>\n`,
  );
  return (
    '<?xml version="1.0" encoding="UTF-8" ?>\n<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/"' +
    ' xmlns:wfw="http://wellformedweb.org/CommentAPI/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">\n' +
    `<channel>\n<title>${xml(String(settings.title ?? 'Blog'))}</title>\n<link>${xml(address)}</link>\n<description>${xml(String(settings.description ?? ''))}</description>\n` +
    `<language>${xml(String(settings.language ?? 'en'))}</language>\n<wp:wxr_version>1.2</wp:wxr_version>\n<wp:base_site_url>${xml(address)}</wp:base_site_url>\n` +
    `<wp:base_blog_url>${xml(address)}</wp:base_blog_url>\n${people.join('')}${terms.join('')}<generator>https://dormouse.dev/</generator>\n`
  );
}

/** @param cover number of the attachment that is its cover */
async function postItem(post: Post, address: string, cover: number | undefined): Promise<string> {
  return item({
    id: post.id,
    title: post.title,
    link: `${address}/blog/posts/${encodeURIComponent(post.slug)}`,
    guid: `${address}/blog/api/posts/${post.id}`,
    author: post.author,
    content: await pageHtml(post.content, address),
    summary: escaped(post.summary),
    created: post.created_at,
    changed: post.updated_at,
    name: post.slug,
    status: post.status === 'published' ? 'publish' : 'draft',
    type: post.kind,
    sticky: post.featured,
    rest:
      `<category domain="category" nicename="${xml(nicename(post.category.slug))}">${cdata(escaped(post.category.name))}</category>\n` +
      post.tags
        .map(
          (tag) =>
            `<category domain="post_tag" nicename="${xml(nicename(tagSlug(tag)))}">${cdata(escaped(tag))}</category>\n`,
        )
        .join('') +
      post.byline.map((name) => meta('dormouse_byline', name)).join('') +
      (cover === undefined ? '' : meta('_thumbnail_id', String(cover))),
  });
}

const attachment = (picture: string, post: Post, id: number, address: string): string =>
  item({
    id,
    title: posix.basename(picture).slice(0, 12),
    link: `${address}${picture}`,
    guid: `${address}${picture}`,
    author: post.author,
    content: '',
    summary: '',
    created: post.created_at,
    changed: post.updated_at,
    name: posix.basename(picture).replace('.', '-'),
    status: 'inherit',
    type: 'attachment',
    parent: post.id,
    rest:
      `<wp:attachment_url>${cdata(`${address}${picture}`)}</wp:attachment_url>\n` +
      (post.cover && post.cover_alt && servedAddress(post.cover) === picture
        ? meta('_wp_attachment_image_alt', post.cover_alt)
        : ''),
  });

interface Item {
  readonly id: number;
  readonly title: string;
  readonly link: string;
  readonly guid: string;
  readonly author: string;
  readonly content: string;
  /** HTML */
  readonly summary: string;
  readonly created: string;
  readonly changed: string;
  readonly name: string;
  readonly status: string;
  readonly type: string;
  readonly parent?: number;
  readonly sticky?: boolean;
  readonly rest: string;
}

/** WordPress reads titles as HTML, and what the elements `wp:` say as it is. Local time is that of UTC. */
function item(one: Item): string {
  const dates = (name: string, moment: string) =>
    `<wp:${name}>${cdata(wordpressTime(moment))}</wp:${name}>\n<wp:${name}_gmt>${cdata(wordpressTime(moment))}</wp:${name}_gmt>\n`;
  return (
    `<item>\n<title>${cdata(escaped(one.title))}</title>\n<link>${xml(one.link)}</link>\n<pubDate>${new Date(one.created).toUTCString().replace('GMT', '+0000')}</pubDate>\n` +
    `<dc:creator>${cdata(one.author)}</dc:creator>\n<guid isPermaLink="false">${xml(one.guid)}</guid>\n<description></description>\n` +
    `<content:encoded>${cdata(one.content)}</content:encoded>\n<excerpt:encoded>${cdata(one.summary)}</excerpt:encoded>\n<wp:post_id>${one.id}</wp:post_id>\n` +
    `${dates('post_date', one.created)}${dates('post_modified', one.changed)}<wp:comment_status>${cdata('open')}</wp:comment_status>\n` +
    `<wp:ping_status>${cdata('closed')}</wp:ping_status>\n<wp:post_name>${cdata(nicename(one.name))}</wp:post_name>\n<wp:status>${cdata(one.status)}</wp:status>\n` +
    `<wp:post_parent>${one.parent ?? 0}</wp:post_parent>\n<wp:menu_order>0</wp:menu_order>\n<wp:post_type>${cdata(one.type)}</wp:post_type>\n` +
    `<wp:post_password>${cdata('')}</wp:post_password>\n<wp:is_sticky>${one.sticky ? 1 : 0}</wp:is_sticky>\n${one.rest}</item>\n`
  );
}

const meta = (key: string, value: string): string =>
  `<wp:postmeta><wp:meta_key>${cdata(key)}</wp:meta_key><wp:meta_value>${cdata(value)}</wp:meta_value></wp:postmeta>\n`;

/** WordPress writes letters of slugs that are not ASCII in this way. */
const nicename = (slug: string): string => encodeURIComponent(slug).toLowerCase();

const wordpressTime = (moment: string): string => new Date(moment).toISOString().slice(0, 19).replace('T', ' ');

/** XML has no words for these two. */
const writable = (text: string): string => text.replace(/[\uFFFE\uFFFF]/g, '\uFFFD');
const cdata = (text: string): string => `<![CDATA[${writable(text).replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
const xml = (text: string): string => escaped(writable(text));
