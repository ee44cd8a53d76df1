import { tagSlug } from '@dormouse/runtime/slug';
import { byline } from './byline.ts';
import { type Html, markup, none, trusted } from './html.ts';
import { languageOf } from './language.ts';
import type { PostSummary, Tag } from './posts.ts';
import type { SiteSettings } from './site.ts';

/** Where this site is, what it is called, and what its ids begin with. */
export interface FeedSite extends Pick<SiteSettings, 'title' | 'description' | 'language'> {
  /** `https://blog.example` */
  origin: string;
  /** Who names things, since when: `blog.example,2026` (RFC 4151). */
  authority: string;
}

/** What a feed is limited to: what ids say of it, its name, and the path of its page. */
export interface FeedTopic {
  id: string;
  name: string;
  path: string;
}

const wholeBlog: FeedTopic = { id: 'blog', name: '', path: '/blog/' };

/** The newest posts as an Atom feed (RFC 4287). Ids stay the same when the site moves or a post gets another title. */
export function atomFeed(posts: readonly PostSummary[], site: FeedSite, topic: FeedTopic = wholeBlog): string {
  const { origin, authority } = site;
  const updated =
    posts
      .map((post) => post.updated_at ?? post.created_at)
      .sort()
      .at(-1) ?? '1970-01-01T00:00:00Z';
  return `${markup`${declaration}
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${site.language}">
<id>tag:${authority}:${topic.id}</id>
<title>${clean(topic.name ? `${topic.name} · ${site.title}` : site.title)}</title>
${site.description ? markup`<subtitle>${clean(site.description)}</subtitle>\n` : none}<updated>${updated}</updated>
<link rel="self" type="application/atom+xml" href="${origin}${topic.path.replace(/\/?$/, '/feed.xml')}"/>
<link rel="alternate" type="text/html" href="${origin}${topic.path}"/>
${posts.map(
  (post) => markup`<entry${xmlLang(post)}>
<id>tag:${authority}:post:${post.id}:${Date.parse(post.created_at)}</id>
<title>${clean(post.title)}</title>
<link rel="alternate" type="text/html" href="${origin}/blog/posts/${encodeURIComponent(post.slug)}"/>
<published>${post.created_at}</published>
<updated>${post.updated_at ?? post.created_at}</updated>
<author><name>${clean(byline(post))}</name></author>
<category term="${post.category.slug}" label="${clean(post.category.name)}"/>
${post.tags.map((tag) => markup`<category term="${tagSlug(tag)}" label="${clean(tag)}"/>\n`)}<summary>${clean(post.excerpt)}</summary>
</entry>
`,
)}</feed>
`}`;
}

/** Entries of one site map file; the protocol allows 50,000. */
export const sitemapPart = 1000;

/** Pages of the blog for search engines (sitemaps.org). @param tags whose pages the first part has; undefined for another part */
export function sitemap(posts: readonly PostSummary[], origin: string, tags: readonly Tag[] | undefined): string {
  return `${markup`${declaration}
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${tags ? markup`<url><loc>${origin}/blog/</loc></url>\n${tags.map(({ slug }) => markup`<url><loc>${origin}/blog/tags/${encodeURIComponent(slug)}</loc></url>\n`)}` : none}${posts.map(
  (post) =>
    markup`<url><loc>${origin}/blog/posts/${encodeURIComponent(post.slug)}</loc><lastmod>${post.updated_at ?? post.created_at}</lastmod></url>\n`,
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

function xmlLang({ title, excerpt }: PostSummary): Html {
  const language = languageOf(`${title}\n${excerpt}`);
  return language === undefined ? none : markup` xml:lang="${language}"`;
}

const declaration: Html = trusted('<?xml version="1.0" encoding="UTF-8"?>');

/** Without the characters that XML 1.0 cannot hold. */
const clean = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Surrogate}]/gu, '');
