import { tagSlug } from '@dormouse/runtime/slug';
import { monthPath } from './archive-page.ts';
import type { ReadyPicture } from './article-pictures.ts';
import { byline } from './byline.ts';
import { type CardPicture, coverCard, jpegOf } from './cover.ts';
import type { FeedFormat } from './feed-formats.ts';
import { type Html, markup, none, trusted } from './html.ts';
import { languageOf } from './language.ts';
import type { Names } from './names.ts';
import type { Month, PostSummary, Tag } from './posts.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';

/** Where this site is, what it is called, and what its ids begin with. */
export interface FeedSite extends Pick<SiteSettings, 'title' | 'description' | 'language'> {
  /** `https://blog.example` */
  origin: string;
  /** Who names things, since when: `blog.example,2026` (RFC 4151). */
  authority: string;
  /** Addresses of WebSub hubs. */
  hubs: readonly string[];
  /** What authors are called. */
  names: Names;
}

/** What a feed is limited to: what ids say of it, and its name. */
export interface FeedTopic {
  id: string;
  name: string;
  /** What the feed lies below. */
  path: string;
  /** Path of the page that people read instead. */
  page: string;
}

const wholeBlog: FeedTopic = { id: 'blog', name: '', path: '/blog/', page: '/blog/' };

/** A post as a feed has it. */
export interface FeedEntry {
  post: PostSummary;
  /** Its whole text, with whole addresses; undefined where only the summary goes. */
  html: string | undefined;
  /** Its cover, where that can be shown. */
  cover?: ReadyPicture | undefined;
}

/** A feed in one of its formats. */
export function writeFeed(
  entries: readonly FeedEntry[],
  site: FeedSite,
  { name, file, type }: FeedFormat,
  topic: FeedTopic = wholeBlog,
): string {
  const { origin, authority, hubs } = site;
  const feed: Feed = {
    id: `tag:${authority}:${topic.id}`,
    title: topic.name ? `${topic.name} · ${site.title}` : site.title,
    description: site.description,
    language: site.language,
    self: `${origin}${topic.path.replace(/\/?$/, `/${file}`)}`,
    page: `${origin}${topic.page}`,
    hubs,
    type,
    entries: entries.map(({ post, html, cover }) => ({
      id: `tag:${authority}:post:${post.id}:${Date.parse(post.created_at)}`,
      page: `${origin}/blog/posts/${encodeURIComponent(post.slug)}`,
      updated: post.updated_at ?? post.created_at,
      author: byline(post, wordsOf(site.language), site.names),
      language: post.lang ?? languageOf(`${post.title}\n${post.excerpt}`),
      post,
      html,
      picture: cover && { ...coverCard(cover, post.cover_alt), href: `${origin}${jpegOf(cover)}` },
    })),
  };
  return { atom, rss, json }[name](feed);
}

interface Feed {
  id: string;
  title: string;
  description: string;
  language: string;
  self: string;
  page: string;
  hubs: readonly string[];
  type: string;
  entries: (Omit<FeedEntry, 'cover'> & {
    id: string;
    page: string;
    updated: string;
    author: string;
    language: string | undefined;
    picture: (CardPicture & { href: string }) | undefined;
  })[];
}

/** Atom (RFC 4287). Ids stay the same when the site moves or a post gets another title. */
const atom = ({ entries, ...feed }: Feed): string =>
  `${markup`${declaration}
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${feed.language}">
<id>${feed.id}</id>
<title>${clean(feed.title)}</title>
${feed.description ? markup`<subtitle>${clean(feed.description)}</subtitle>\n` : none}<updated>${latest(entries) ?? '1970-01-01T00:00:00Z'}</updated>
<link rel="self" type="${feed.type}" href="${feed.self}"/>
<link rel="alternate" type="text/html" href="${feed.page}"/>
${feed.hubs.map(
  (hub) => markup`<link rel="hub" href="${hub}"/>
`,
)}${entries.map(
  ({
    id,
    page,
    updated,
    author,
    language,
    post,
    html,
    picture,
  }) => markup`<entry${language === undefined ? none : markup` xml:lang="${language}"`}>
<id>${id}</id>
<title>${clean(post.title)}</title>
<link rel="alternate" type="text/html" href="${page}"/>
${picture ? markup`<link rel="enclosure" type="image/jpeg" href="${picture.href}"/>\n` : none}<published>${post.created_at}</published>
<updated>${updated}</updated>
<author><name>${clean(author)}</name></author>
<category term="${post.category.slug}" label="${clean(post.category.name)}"/>
${post.tags.map((tag) => markup`<category term="${tagSlug(tag)}" label="${clean(tag)}"/>\n`)}<summary>${clean(post.excerpt)}</summary>
${html === undefined ? none : markup`<content type="html">${clean(html)}</content>\n`}</entry>
`,
)}</feed>
`}`;

/** RSS 2.0 (rssboard.org/rss-specification), the text in the content module. */
const rss = ({ entries, ...feed }: Feed): string =>
  `${markup`${declaration}
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
<channel>
<title>${clean(feed.title)}</title>
<link>${feed.page}</link>
<description>${clean(feed.description || feed.title)}</description>
<language>${feed.language}</language>
${entries.length > 0 ? markup`<lastBuildDate>${new Date(latest(entries)!).toUTCString()}</lastBuildDate>\n` : none}<atom:link rel="self" type="${feed.type}" href="${feed.self}"/>
${feed.hubs.map(
  (hub) => markup`<atom:link rel="hub" href="${hub}"/>
`,
)}${entries.map(
  ({ id, page, author, language, post, html, picture }) => markup`<item>
<title>${clean(post.title)}</title>
<link>${page}</link>
<guid isPermaLink="false">${id}</guid>
<pubDate>${new Date(post.created_at).toUTCString()}</pubDate>
<dc:creator>${clean(author)}</dc:creator>
${language === undefined ? none : markup`<dc:language>${language}</dc:language>\n`}<category>${clean(post.category.name)}</category>
${post.tags.map((tag) => markup`<category>${clean(tag)}</category>\n`)}<description>${clean(post.excerpt)}</description>
${picture ? media(picture) : none}${html === undefined ? none : markup`<content:encoded>${clean(html)}</content:encoded>\n`}</item>
`,
)}</channel>
</rss>
`}`;

/** As in Media RSS (rssboard.org/media-rss): an enclosure of RSS would have to say how many bytes it has. */
const media = ({ href, width, height, alt }: CardPicture & { href: string }): Html =>
  markup`<media:content url="${href}" type="image/jpeg" medium="image" width="${width}" height="${height}">${alt ? markup`<media:description type="plain">${clean(alt)}</media:description>` : none}</media:content>\n`;

/** JSON Feed 1.1 (jsonfeed.org). */
const json = ({ entries, ...feed }: Feed): string =>
  JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.title,
    home_page_url: feed.page,
    feed_url: feed.self,
    ...(feed.description && { description: feed.description }),
    language: feed.language,
    ...(feed.hubs.length > 0 && { hubs: feed.hubs.map((url) => ({ type: 'WebSub', url })) }),
    items: entries.map(({ id, page, updated, author, language, post, html, picture }) => ({
      id,
      url: page,
      title: post.title,
      ...(html === undefined ? { content_text: post.excerpt } : { content_html: html, summary: post.excerpt }),
      date_published: post.created_at,
      date_modified: updated,
      authors: [{ name: author }],
      tags: [post.category.name, ...post.tags],
      ...(picture && { image: picture.href }),
      ...(language && { language }),
    })),
  });

const latest = (entries: Feed['entries']): string | undefined =>
  entries
    .map(({ updated }) => updated)
    .sort()
    .at(-1);

/** Entries of one site map file; the protocol allows 50,000. */
export const sitemapPart = 1000;

/** Pictures of one page in a site map, at most: as many as Google reads. */
const mostImages = 1000;

export interface SiteMapParts {
  posts: readonly PostSummary[];
  /** Whose pages the first part has; undefined for another part. */
  tags?: readonly Tag[] | undefined;
  months?: readonly Month[];
  /** Paths of the pictures that a post's page shows. */
  picturesOf?: (post: PostSummary) => readonly string[];
}

/** Pages of the blog for search engines (sitemaps.org), with their pictures (developers.google.com, image sitemaps). */
export function sitemap({ posts, tags, months = [], picturesOf = () => [] }: SiteMapParts, origin: string): string {
  const image = (path: string) => markup`<image:image><image:loc>${origin}${path}</image:loc></image:image>`;
  return `${markup`${declaration}
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
${tags ? markup`<url><loc>${origin}/blog/</loc></url>\n${tags.map(({ slug }) => markup`<url><loc>${origin}/blog/tags/${encodeURIComponent(slug)}</loc></url>\n`)}` : none}${months.map(({ month }) => markup`<url><loc>${origin}${monthPath(month)}</loc></url>\n`)}${posts.map(
  (post) =>
    markup`<url><loc>${origin}/blog/posts/${encodeURIComponent(post.slug)}</loc><lastmod>${post.updated_at ?? post.created_at}</lastmod>${picturesOf(post).slice(0, mostImages).map(image)}</url>\n`,
)}</urlset>
`}`;
}

/** A list of site maps, for a blog that does not fit into one. */
export function sitemapIndex(parts: number, origin: string): string {
  const numbers = Array.from({ length: parts }, (_, index) => index + 1);
  return `${markup`${declaration}
<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${numbers.map((part) => markup`<sitemap><loc>${origin}/sitemap.xml?part=${part}</loc></sitemap>\n`)}</sitemapindex>
`}`;
}

export const declaration: Html = trusted('<?xml version="1.0" encoding="UTF-8"?>');

/** Without the characters that XML 1.0 cannot hold. */
export const clean = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Surrogate}]/gu, '');
