import type { Category } from './categories.ts';
import { day } from './dates.ts';
import { deletedPath } from './deleted-page.ts';
import { field } from './field.ts';
import { type Html, markup, none } from './html.ts';
import { langAttribute } from './language.ts';
import { layout, type Viewer } from './layout.ts';
import { chip } from './list-page.ts';
import { scheduled } from './local-time.ts';
import type { Listing, PostSummary } from './posts.ts';
import type { SiteSettings } from './site.ts';

/** What a writer's list can show, and what its choice calls it. */
export const ownStates = { draft: 'Drafts and scheduled', published: 'Published posts', page: 'Published pages' };
export type OwnState = keyof typeof ownStates;

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
  categories: readonly Category[];
  filter: OwnFilter;
  /** Whether this is the beginning of the list. */
  first: boolean;
  viewer: Viewer;
}

/** Everything that a writer may change, newest first; the form limits it without JavaScript. */
export function ownPostsPage({ site, listing, categories, filter, first, viewer }: OwnPostsPage): string {
  const { posts, older } = listing;
  const { state, author } = filter;
  const title = author === undefined || author === viewer.session?.name ? 'Your posts' : 'Posts of authors';
  return layout({
    site,
    title,
    categories: posts.map(({ category }) => category),
    viewer,
    current: 'posts',
    main: markup`<div class="list">
<header class="page-header"><h1>${title}</h1><p class="muted"><a href="${deletedPath}">Deleted</a></p></header>
${filterForm(filter, categories)}
${posts.length ? markup`<div class="entries">${posts.map((post) => entry(post, site, author !== undefined))}</div>` : markup`<p class="nothing">${nothing(filter)} <a href="/blog/new">Write something</a>.</p>`}
${older || !first ? markup`<nav class="pagination" aria-label="More posts"><a href="${pathOf(filter)}">Newest</a>${older ? markup`<a rel="next" href="${pathOf(filter)}&after=${encodeURIComponent(older)}">Older <span aria-hidden="true">→</span></a>` : none}</nav>` : none}
</div>`,
  });

  function nothing({ category, tag }: OwnFilter): string {
    if (category || tag || (author !== undefined && author !== viewer.session?.name)) return 'There are no such posts.';
    return state === 'draft' ? 'You have no drafts.' : 'You have published none.';
  }
}

const pathOf = ({ state, category, tag, author }: OwnFilter): string =>
  `/blog/posts?${new URLSearchParams({ state, ...(category && { category }), ...(tag && { tag }), ...(author !== undefined && { author }) })}`;

const filterForm = ({ state, category, tag, author }: OwnFilter, categories: readonly Category[]): Html =>
  markup`<form method="get" action="/blog/posts" class="filter" aria-label="Limit the list">
${field({ name: 'state', label: 'Show', value: state, options: ownStates })}
${field({ name: 'category', label: 'Category', value: category, options: { '': 'All', ...Object.fromEntries(categories.map(({ slug, name }) => [slug, name])) } })}
${field({ name: 'tag', label: 'Tag', value: tag, optional: true, autocomplete: 'off' })}
${author === undefined ? none : field({ name: 'author', label: 'Author', value: author, optional: true, autocomplete: 'off' })}
<button class="button quiet">Show</button>
</form>`;

function entry(post: PostSummary, site: SiteSettings, named: boolean) {
  const path = `/blog/posts/${encodeURIComponent(post.slug)}`;
  const lang = langAttribute(`${post.title}\n${post.excerpt}`, post.lang);
  const draft = post.status === 'draft';
  return markup`<article class="entry">
<div class="meta">${day(draft ? post.updated_at : post.created_at, site)}${chip(post.category)}</div>
<h2${lang} dir="auto"><a href="${path}">${post.title}</a></h2>
${draft && post.published_at ? markup`<p class="by">Is published on ${scheduled(post.published_at, site.time_zone)}</p>` : none}
${named ? markup`<p class="by">By <bdi>${post.author}</bdi></p>` : none}
${post.excerpt ? markup`<p class="excerpt"${lang} dir="auto">${post.excerpt}</p>` : none}
<p class="tools"><a href="${path}/edit">Edit<span class="hidden"> “${post.title}”</span></a> <a href="${path}/delete">Delete<span class="hidden"> “${post.title}”</span></a></p>
</article>`;
}
