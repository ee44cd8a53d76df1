import { publicUrl } from '@dormouse/runtime/address';
import { nothingLeft } from '@dormouse/runtime/api';
import { postCardPath } from '@dormouse/runtime/post-card';
import type { Pictured, ReadyPicture } from './article-pictures.ts';
import { byline } from './byline.ts';
import { bylineLink } from './byline-link.ts';
import { colorClass } from './colors.ts';
import { commentsFeedPath } from './comments-feed.ts';
import { type CardPicture, type Covers, coverCard, coverPicture } from './cover.ts';
import { dateAndTime, day } from './dates.ts';
import { type Html, markup, none, trusted } from './html.ts';
import { asAttribute, langAttribute, languageOf } from './language.ts';
import { layout, type Viewer } from './layout.ts';
import { chip } from './list-page.ts';
import { mayChange } from './may-change.ts';
import type { Names } from './names.ts';
import type { Neighbours, Post, PostSummary } from './posts.ts';
import { prose } from './prose.ts';
import type { SiteSettings } from './site.ts';
import { tagLinks } from './tag-links.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

/** What a post is shown with. */
export interface PostParts {
  site: SiteSettings;
  post: Post;
  /** Its content as sanitised HTML, and the colours of its pictures. */
  article: Pictured;
  /** Its cover, where it has one that can be shown. */
  cover?: ReadyPicture | undefined;
  /** Others of its category, to read next. */
  others: readonly PostSummary[];
  /** Covers of those. */
  covers: Covers;
  /** What was written before and after it. */
  beside: Neighbours;
  /** What its author is called. */
  names: Names;
  /** Its comments, and the form to write one. */
  comments?: Html | undefined;
  viewer?: Viewer | undefined;
  /** Whoever sees it has the key of its preview. */
  isPreview?: boolean | undefined;
}

/** One post. */
export function postPage(parts: PostParts): string {
  const { site, post, article, cover, others: next, covers, beside, names, comments = none, viewer, isPreview } = parts;
  // What the page shows, or leaves to other pages.
  const { id, version, title, slug, author, byline: _imported, created_at, updated_at, excerpt, ...others } = post;
  const {
    content,
    status,
    kind,
    lang: given,
    category,
    tags,
    published_at,
    cover: hash,
    cover_alt,
    summary: _inExcerpt,
    featured: _onFrontPage,
    ...unshown
  } = others;
  nothingLeft(unshown);
  const path = `/blog/posts/${encodeURIComponent(post.slug)}`;
  const t = wordsOf(site.language);
  const language = given ?? languageOf(`${post.title}\n${post.content}`);
  const lang = asAttribute(language);
  const draft = post.status === 'draft';
  const isPage = kind === 'page';
  const edited =
    day(post.updated_at, site).toString() !== day(post.created_at, site).toString() &&
    Date.parse(post.updated_at) > Date.parse(post.created_at);
  return layout({
    site,
    title: post.title,
    description: post.excerpt,
    ...(!draft && { canonical: path, post, author: byline(post, t, names), language }),
    categories: isPage ? [] : [post.category],
    pictures: [...article.colors, ...(cover ? [cover] : []), ...covers.values()],
    cardPicture: cover ? coverCard(cover, cover_alt) : drawnCard(post, site),
    viewer,
    ...(comments !== none && {
      commentsFeed: { title: `${t.comments.on(post.title)} · ${site.title}`, path: commentsFeedPath(post.slug) },
    }),
    main: markup`<article class="post h-entry">
<data class="u-url u-uid" value="${path}"></data>
<header class="post-header">
${draft ? markup`<p class="notice">${isPreview ? t.draftLink.shown : published_at ? t.post.scheduled(dateAndTime(published_at, site)) : t.post.draft}</p>` : none}
${isPage ? none : markup`<div class="meta">${chip(post.category, { property: 'p-category' })}${day(post.created_at, site, 'dt-published')}<span>${t.post.minutes(minutes(post.content))}</span></div>`}
<h1 class="p-name"${lang} dir="auto">${post.title}</h1>
${isPage ? none : markup`<p class="by" dir="auto">${t.post.by(bylineLink(post, t, names))}</p>`}
${mayChange(post, viewer?.session) ? tools(path, post, t) : none}
</header>
${cover && !article.html.includes(hash as string) ? markup`<figure class="cover">${coverPicture(cover, { sizes: coverSizes, alt: cover_alt, first: true, property: 'u-featured' })}</figure>` : none}
${prose(lang, article.html)}
<footer class="post-footer">
${tags.length > 0 && !isPage ? tagLinks(tags, t) : none}
${edited ? markup`<p class="muted">${t.post.lastChanged(day(post.updated_at, site, 'dt-updated'))}</p>` : none}
${draft ? none : share(path, post, t)}
<p><a href="/blog/"><span aria-hidden="true">←</span> ${t.post.allPosts}</a>${isPage ? none : markup` ${t.post.orMoreIn(chip(post.category))}`}</p>
</footer>
</article>
${besides(beside, t)}
${next.length > 0 ? readNext(next, covers, post, site, t) : none}
${comments}`,
  });
}

/** The picture that media has drawn of its title; not under a name that the blog may not have. */
function drawnCard({ id, title }: Post, { title: blog, accent, unread }: SiteSettings): CardPicture | undefined {
  return unread ? undefined : { path: postCardPath(id, { title, blog, accent }), width: 1200, height: 630, alt: title };
}

/** Wider than the text where there is room. */
const coverSizes = '(min-width: 66rem) 58rem, (min-width: 46rem) 44rem, 94vw';

/**
 * The whole address, which one click selects, where PUBLIC_URL says it. Elsewhere a link, which a browser copies with the address that the reader
 * knows: what a request says of its host may be anybody's words, and pages are kept for others. A button that copies would need a script.
 */
function share(path: string, { title, lang }: Post, { post: words }: Words): Html {
  const origin = publicUrl();
  const [shown, hint] =
    origin === undefined
      ? [markup`<a href="${path}"${langAttribute(title, lang)} dir="auto">${title}</a>`, words.shareLinkHint]
      : [markup`<code class="whole">${origin}${path}</code>`, words.shareHint];
  return markup`<details class="share"><summary>${words.share}</summary><p>${shown}</p><p class="hint">${hint}</p></details>`;
}

/** To the posts around it: the older one on the left, where a reader who goes back in time looks for it. */
function besides({ older, newer }: Neighbours, { post: words }: Words): Html {
  if (!older && !newer) return none;
  const link = (rel: 'prev' | 'next', { slug, title, lang }: NonNullable<Neighbours['older']>) =>
    markup`<a rel="${rel}" href="/blog/posts/${encodeURIComponent(slug)}"><span class="muted">${rel === 'prev' ? markup`<span aria-hidden="true">←</span> ${words.before}` : markup`${words.after} <span aria-hidden="true">→</span>`}</span> <span${langAttribute(title, lang)} dir="auto">${title}</span></a>`;
  return markup`<nav class="beside" aria-label="${words.beside}">${older ? link('prev', older) : markup`<span></span>`}${newer ? link('next', newer) : none}</nav>`;
}

/** Ways on, for who has read to the end: with the covers of posts where any of them has one. */
function readNext(
  next: readonly PostSummary[],
  covers: Covers,
  { category }: Post,
  site: SiteSettings,
  t: Words,
): Html {
  const isPictured = next.some(({ cover }) => covers.has(cover ?? ''));
  return markup`<nav class="next" aria-label="${t.post.moreToRead}">
<h2>${t.post.moreIn(markup`<bdi>${category.name}</bdi>`)}</h2>
<ul${isPictured ? trusted(' class="pictured"') : none}>${next.map((other) => {
    const href = `/blog/posts/${encodeURIComponent(other.slug)}`;
    return markup`<li>${isPictured ? thumbnail(href, covers.get(other.cover ?? ''), other) : none}<a href="${href}"${langAttribute(other.title, other.lang)} dir="auto">${other.title}</a> <span class="muted">${day(other.created_at, site)}</span></li>`;
  })}</ul>
</nav>`;
}

/** The cover of a post, or the colour of its category and the first letter of its title in its place. The title beside it is the same link, for those who listen or go by keys. */
const thumbnail = (href: string, cover: ReadyPicture | undefined, { category, title }: PostSummary): Html =>
  markup`<a class="entry-cover ${colorClass(category.color)}" href="${href}" tabindex="-1" aria-hidden="true"${cover ? none : markup` data-initial="${initial(title)}"`}>${cover ? coverPicture(cover, { sizes: '(min-width: 40rem) 13.5rem, 6.5rem', alt: '' }) : none}</a>`;

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
/** As people count letters: a family of emoji, or a Hangul syllable, is one. */
const initial = (title: string): string => graphemes.segment(title).containing(0)?.segment.toUpperCase() ?? '';

const tools = (path: string, { title, status }: Post, t: Words): Html =>
  markup`<p class="tools"><a class="button quiet" href="${path}/edit">${t.post.edit(title)}</a> <a class="button quiet" href="${path}/revisions">${t.post.versions(title)}</a> <a class="button quiet" href="${path}/delete">${t.post.delete(title)}</a>${status === 'draft' ? markup` <a class="button quiet" href="${path}/preview">${t.draftLink.of(title)}</a>` : none}</p>`;

/** Characters of a text whose words are counted; a longer one is taken to go on as it began. */
const counted = 100_000;

/** Reading time at 220 words a minute; a script without blanks counts two signs as a word. */
function minutes(text: string): number {
  const content = text.slice(0, counted);
  const dense = content.match(/[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/g)?.length ?? 0;
  const words = content.match(/[^\s\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+/g)?.length ?? 0;
  return Math.max(1, Math.round(((words + dense / 2) / 220) * (text.length / content.length || 1)));
}
