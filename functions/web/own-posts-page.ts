import { byline } from './byline.ts';
import type { Category } from './categories.ts';
import { dateAndTime, day } from './dates.ts';
import { deletedPath } from './deleted-page.ts';
import { field, hiddenField } from './field.ts';
import { type Html, markup, none, trusted } from './html.ts';
import { langAttribute } from './language.ts';
import { layout, type Viewer } from './layout.ts';
import { chip } from './list-page.ts';
import type { Names } from './names.ts';
import type { Listing, PostCounts, PostSummary } from './posts.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

/** What a writer's list can show. */
export type OwnState = keyof Words['ownPosts']['states'];

/** What the list is limited to; an empty text limits nothing. */
export interface OwnFilter {
  state: OwnState;
  /** Slug */
  category: string;
  tag: string;
  /** User name. Undefined for authors, who have their own posts only. */
  author: string | undefined;
}

export interface OwnPostsPage {
  site: SiteSettings;
  listing: Listing;
  /** Of what the filter lets through in each state. */
  counts: PostCounts;
  categories: readonly Category[];
  /** What authors are called. */
  names: Names;
  filter: OwnFilter;
  /** Whether this is the beginning of the list. */
  first: boolean;
  viewer: Viewer;
}

/** Everything that a writer may change, newest first; the form limits it without JavaScript. */
export function ownPostsPage({
  site,
  listing,
  counts,
  categories,
  names,
  filter,
  first,
  viewer,
}: OwnPostsPage): string {
  const { posts, older } = listing;
  const { state, author } = filter;
  const words = wordsOf(site.language);
  const { ownPosts, list } = words;
  const title = author === undefined || author === viewer.session?.name ? ownPosts.yours : ownPosts.ofAuthors;
  return layout({
    site,
    title,
    categories: posts.map(({ category }) => category),
    viewer,
    current: 'posts',
    main: markup`<div class="list">
<header class="page-header"><h1>${title}</h1></header>
${states(filter, counts, words)}
${filterForm(filter, categories, words)}
${posts.length ? markup`<div class="entries">${posts.map((post) => entry(post, site, author === undefined ? undefined : names, words))}</div>` : markup`<p class="nothing">${nothing(filter)} <a href="/blog/new">${ownPosts.write}</a>.</p>`}
${older || !first ? markup`<nav class="pagination" aria-label="${list.more}"><a href="${pathOf(filter)}">${list.newest}</a>${older ? markup`<a rel="next" href="${pathOf(filter)}&after=${encodeURIComponent(older)}">${ownPosts.older} <span aria-hidden="true">→</span></a>` : none}</nav>` : none}
</div>`,
  });

  function nothing({ category, tag }: OwnFilter): string {
    if (category || tag || (author !== undefined && author !== viewer.session?.name)) return ownPosts.noSuch;
    return ownPosts.none[state];
  }
}

const states = (
  filter: OwnFilter,
  { all, drafts, scheduled, published, pages }: PostCounts,
  { ownPosts, deleted }: Words,
): Html => {
  const counts: Record<OwnState, number> = { all, draft: drafts, scheduled, published, page: pages };
  const tab = ([state, name]: [string, string]) =>
    markup`<li><a href="${pathOf({ ...filter, state: state as OwnState })}"${state === filter.state ? trusted(' aria-current="page"') : none}>${name} <span class="count">${counts[state as OwnState]}</span></a></li>`;
  return markup`<nav class="states" aria-label="${ownPosts.statesLabel}"><ul>${Object.entries(ownPosts.states).map(tab)}<li class="aside"><a href="${deletedPath}">${deleted.title}</a></li></ul></nav>`;
};

const pathOf = ({ state, category, tag, author }: OwnFilter): string =>
  `/blog/posts?${new URLSearchParams({ state, ...(category && { category }), ...(tag && { tag }), ...(author !== undefined && { author }) })}`;

const filterForm = (
  { state, category, tag, author }: OwnFilter,
  categories: readonly Category[],
  { ownPosts, list }: Words,
): Html =>
  markup`<form method="get" action="/blog/posts" class="filter" aria-label="${ownPosts.limit}">
${hiddenField('state', state)}
${field({ name: 'category', label: list.category, value: category, options: { '': list.all, ...Object.fromEntries(categories.map(({ slug, name }) => [slug, name])) } })}
${field({ name: 'tag', label: list.tag, value: tag, optional: true, autocomplete: 'off' })}
${author === undefined ? none : field({ name: 'author', label: list.author, value: author, optional: true, autocomplete: 'off' })}
<button class="button quiet">${ownPosts.show}</button>
</form>`;

/** @param names absent where all posts are the viewer's own */
function entry(post: PostSummary, site: SiteSettings, names: Names | undefined, words: Words) {
  const { post: t, list, ownPosts } = words;
  const path = `/blog/posts/${encodeURIComponent(post.slug)}`;
  const lang = langAttribute(`${post.title}\n${post.excerpt}`, post.lang);
  const draft = post.status === 'draft';
  return markup`<article class="entry">
<div class="meta">${day(draft ? post.updated_at : post.created_at, site)}<span>${stateOf(post, ownPosts)}</span>${post.featured ? markup`<span>${list.featured}</span>` : none}${post.kind === 'page' ? none : chip(post.category)}</div>
<h2${lang} dir="auto"><a href="${path}">${post.title}</a></h2>
${draft && post.published_at ? markup`<p class="by">${ownPosts.due(dateAndTime(post.published_at, site))}</p>` : none}
${names ? markup`<p class="by">${t.by(markup`<bdi>${byline(post, words, names)}</bdi>`)}</p>` : none}
${post.excerpt ? markup`<p class="excerpt"${lang} dir="auto">${post.excerpt}</p>` : none}
<p class="tools"><a href="${path}/edit">${t.edit(post.title)}</a> <a href="${path}/delete">${t.delete(post.title)}</a></p>
</article>`;
}

function stateOf({ status, published_at, kind }: PostSummary, { oneOf, page }: Words['ownPosts']): string {
  const state = status === 'published' ? oneOf.published : published_at ? oneOf.scheduled : oneOf.draft;
  return kind === 'page' ? page(state) : state;
}
