import { nothingLeft } from '@dormouse/runtime/api';
import type { Pictured } from './article-pictures.ts';
import { bylineLink } from './byline-link.ts';
import { day } from './dates.ts';
import { type Html, markup, none, trusted } from './html.ts';
import { langAttribute } from './language.ts';
import { layout, type Viewer } from './layout.ts';
import { chip } from './list-page.ts';
import { scheduled } from './local-time.ts';
import { mayChange } from './may-change.ts';
import type { Neighbours, Post, PostSummary } from './posts.ts';
import type { SiteSettings } from './site.ts';
import { tagLinks } from './tag-links.ts';

/** What a post is shown with. */
export interface PostParts {
  site: SiteSettings;
  post: Post;
  /** Its content as sanitised HTML, and the colours of its pictures. */
  article: Pictured;
  /** Others of its category, to read next. */
  others: readonly PostSummary[];
  /** What was written before and after it. */
  beside: Neighbours;
  viewer?: Viewer | undefined;
}

/** One post. */
export function postPage({ site, post, article, others: next, beside, viewer }: PostParts): string {
  // What the page shows, or leaves to other pages.
  const { id, version, title, slug, author, byline: _names, created_at, updated_at, excerpt, ...others } = post;
  const { content, status, kind, category, tags, published_at, ...unshown } = others;
  nothingLeft(unshown);
  const path = `/blog/posts/${encodeURIComponent(post.slug)}`;
  const lang = langAttribute(`${post.title}\n${post.content}`);
  const draft = post.status === 'draft';
  const isPage = kind === 'page';
  const edited =
    day(post.updated_at, site).toString() !== day(post.created_at, site).toString() &&
    Date.parse(post.updated_at) > Date.parse(post.created_at);
  return layout({
    site,
    title: post.title,
    description: post.excerpt,
    ...(!draft && { canonical: path, post }),
    categories: isPage ? [] : [post.category],
    pictures: article.colors,
    viewer,
    main: markup`<article class="post">
<header class="post-header">
${draft ? markup`<p class="notice">${notice(published_at, site)}: nobody but you and the editors can see it.</p>` : none}
${isPage ? none : markup`<div class="meta">${chip(post.category)}${day(post.created_at, site)}<span>${minutes(post.content)} min read</span></div>`}
<h1${lang} dir="auto">${post.title}</h1>
${isPage ? none : markup`<p class="by" dir="auto">By ${bylineLink(post)}</p>`}
${mayChange(post, viewer?.session) ? tools(path, post) : none}
</header>
<div class="prose"${lang} dir="auto">
${trusted(article.html)}
</div>
<footer class="post-footer">
${tags.length > 0 && !isPage ? tagLinks(tags) : none}
${edited ? markup`<p class="muted">Last changed ${day(post.updated_at, site)}</p>` : none}
<p><a href="/blog/"><span aria-hidden="true">←</span> All posts</a>${isPage ? none : markup` <span class="muted">or more in</span> ${chip(post.category)}`}</p>
</footer>
</article>
${besides(beside)}
${next.length > 0 ? readNext(next, post, site) : none}`,
  });
}

/** To the posts around it: the older one on the left, where a reader who goes back in time looks for it. */
function besides({ older, newer }: Neighbours): Html {
  if (!older && !newer) return none;
  const link = (rel: 'prev' | 'next', { slug, title }: NonNullable<Neighbours['older']>) =>
    markup`<a rel="${rel}" href="/blog/posts/${encodeURIComponent(slug)}"><span class="muted">${rel === 'prev' ? '← Before' : 'After →'}</span> <span${langAttribute(title)} dir="auto">${title}</span></a>`;
  return markup`<nav class="beside" aria-label="Before and after">${older ? link('prev', older) : markup`<span></span>`}${newer ? link('next', newer) : none}</nav>`;
}

/** Ways on, for who has read to the end. */
const readNext = (next: readonly PostSummary[], { category }: Post, site: SiteSettings): Html =>
  markup`<nav class="next" aria-label="More to read">
<h2>More in <bdi>${category.name}</bdi></h2>
<ul>${next.map((other) => markup`<li><a href="/blog/posts/${encodeURIComponent(other.slug)}"${langAttribute(other.title)} dir="auto">${other.title}</a> <span class="muted">${day(other.created_at, site)}</span></li>`)}</ul>
</nav>`;

/** What a draft is. */
const notice = (due: string | null, { time_zone }: SiteSettings): string =>
  due ? `This is published on ${scheduled(due, time_zone)}, and a draft until then` : 'This is a draft';

const tools = (path: string, post: Post): Html =>
  markup`<p class="tools"><a class="button quiet" href="${path}/edit">Edit<span class="hidden"> “${post.title}”</span></a> <a class="button quiet" href="${path}/revisions">Versions<span class="hidden"> of “${post.title}”</span></a> <a class="button quiet" href="${path}/delete">Delete<span class="hidden"> “${post.title}”</span></a></p>`;

/** Characters of a text whose words are counted; a longer one is taken to go on as it began. */
const counted = 100_000;

/** Reading time at 220 words a minute; a script without blanks counts two signs as a word. */
function minutes(text: string): number {
  const content = text.slice(0, counted);
  const dense = content.match(/[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/g)?.length ?? 0;
  const words = content.match(/[^\s\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+/g)?.length ?? 0;
  return Math.max(1, Math.round(((words + dense / 2) / 220) * (text.length / content.length || 1)));
}
