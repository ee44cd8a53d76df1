import type { FollowedComment } from './comments.ts';
import { clean, declaration } from './feed.ts';
import { markup, none } from './html.ts';
import { languageOf } from './language.ts';
import type { Names } from './names.ts';
import type { Post } from './posts.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';

export interface CommentsFeed {
  site: Pick<SiteSettings, 'title' | 'language'>;
  /** `https://blog.example` */
  origin: string;
  /** Who names things, since when: `blog.example,2026` (RFC 4151). */
  authority: string;
  post: Pick<Post, 'id' | 'slug' | 'title' | 'created_at'>;
  comments: readonly FeedComment[];
  /** What accounts are called. */
  names: Names;
}

/** A comment, the newest first, with its text as sanitised HTML with whole addresses. */
export interface FeedComment extends FollowedComment {
  html: string;
}

/** Path of the feed of a post's comments. */
export const commentsFeedPath = (slug: string): string =>
  `/blog/posts/${encodeURIComponent(slug)}/comments/${commentsFeedFile}`;
export const commentsFeedFile = 'feed.xml';

/** The newest comments of a post in Atom (RFC 4287), with what each answers (RFC 4685). */
export function commentsFeed({ site, origin, authority, post, comments, names }: CommentsFeed): string {
  const { comments: words } = wordsOf(site.language);
  const page = `${origin}/blog/posts/${encodeURIComponent(post.slug)}`;
  // As the feed of the blog names it.
  const ofPost = `tag:${authority}:post:${post.id}:${Date.parse(post.created_at)}`;
  const idOf = (id: number) => `tag:${authority}:comment:${id}`;
  const entry = ({ id, parentId, isGuest, author: account, html, content, createdAt, updatedAt }: FeedComment) => {
    const author = isGuest ? account : (names.get(account)?.name ?? account);
    const language = languageOf(content);
    const [ref, href] = parentId === null ? [ofPost, page] : [idOf(parentId), `${page}#comment-${parentId}`];
    return markup`<entry${language === undefined ? none : markup` xml:lang="${language}"`}>
<id>${idOf(id)}</id>
<title>${clean(words.by(author))}</title>
<link rel="alternate" type="text/html" href="${page}#comment-${id}"/>
<thr:in-reply-to ref="${ref}" type="text/html" href="${href}"/>
<published>${createdAt}</published>
<updated>${updatedAt}</updated>
<author><name>${clean(author)}</name></author>
<content type="html">${clean(html)}</content>
</entry>
`;
  };
  const latest = comments
    .map(({ updatedAt }) => updatedAt)
    .sort()
    .at(-1);
  return `${markup`${declaration}
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0" xml:lang="${site.language}">
<id>${ofPost}:comments</id>
<title>${clean(`${words.on(post.title)} · ${site.title}`)}</title>
<updated>${latest ?? post.created_at}</updated>
<link rel="self" type="application/atom+xml" href="${origin}${commentsFeedPath(post.slug)}"/>
<link rel="alternate" type="text/html" href="${page}#comments"/>
${comments.map(entry)}</feed>
`}`;
}
