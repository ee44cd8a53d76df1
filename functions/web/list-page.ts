import { bylineLink } from './byline-link.ts';
import type { Category } from './categories.ts';
import { colorClass } from './colors.ts';
import { type Covers, coverPicture } from './cover.ts';
import { day } from './dates.ts';
import { type Html, linkTo, markup, none } from './html.ts';
import { langAttribute } from './language.ts';
import { layout, type Viewer } from './layout.ts';
import type { Names } from './names.ts';
import type { CategoryRef, Listing, PostSummary } from './posts.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

export interface ListPage {
  site: SiteSettings;
  listing: Listing;
  covers: Covers;
  categories: readonly Category[];
  /** The category that the list is limited to. */
  category?: Category | undefined;
  /** The tag that the list is limited to. */
  tag?: string | undefined;
  /** The month that the list is limited to, as people read it. */
  month?: string | undefined;
  /** Whether this is the page with the newest posts. */
  first: boolean;
  /** Path without query: `/blog/`, `/blog/categories/{slug}`, `/blog/tags/{slug}` or `/blog/archive/{year}/{month}`. */
  path: string;
  /** How many comments posts have, by id. */
  comments?: ReadonlyMap<number, number>;
  /** What authors are called. */
  names: Names;
  viewer?: Viewer | undefined;
}

/** Categories shown as chips above the list; the others are a page of their own. */
const chipsShown = 12;

/** Posts, newest first, with the way to older and newer ones. */
export function listPage(page: ListPage): string {
  const { site, listing, covers, names, categories, category, tag, month, first, path, viewer } = page;
  const older = listing.older && `${path}?after=${encodeURIComponent(listing.older)}`;
  // Without a cursor towards newer posts there is still the way back to the newest.
  const newer = listing.newer ? `${path}?before=${encodeURIComponent(listing.newer)}` : undefined;
  const name = category?.name ?? tag ?? '';
  const t = wordsOf(site.language);
  const used = tag || month ? [] : usedMost(categories);
  const shown = used.slice(0, chipsShown);
  // A month has no feed: it gets no more posts.
  return layout({
    site,
    title: [name || month, first ? '' : t.list.older].filter(Boolean).join(' · '),
    description: category
      ? t.list.ofCategory(category.name)
      : tag
        ? t.list.ofTag(tag)
        : month
          ? t.list.ofMonth(month)
          : site.description,
    ...(name && { feed: { title: name, below: path } }),
    canonical: first ? path : undefined,
    categories: [...shown, ...(category ? [category] : []), ...listing.posts.map((post) => post.category)],
    pictures: covers.values(),
    older,
    newer,
    viewer,
    main: markup`<div class="list h-feed">
${feedName(name || month || site.title)}<header class="page-header">
${category ? heading(category, t) : tag ? tagHeading(tag, t) : month ? monthHeading(month, t) : first ? aboutTheBlog(site, t) : markup`<h1 class="small">${t.list.older}</h1>`}
${used.length > 0 ? chips(shown, used.length, category, t) : none}
</header>
${listing.posts.length ? entries(listing.posts, { site, covers, names, comments: page.comments, featured: first && path === '/blog/' }) : empty(first, site, viewer, t)}
${pagination({ path, older, newer, first }, t)}
</div>`,
  });
}

/** What the blog says of itself, below its name at the head of every page; to those who listen, with the name. */
const aboutTheBlog = ({ title, description }: SiteSettings, { list }: Words): Html =>
  description === ''
    ? markup`<h1>${list.latest}</h1>`
    : markup`<h1 class="about" dir="auto"><bdi class="hidden">${title}: </bdi>${description}</h1>`;

const heading = (
  category: Category,
  t: Words,
): Html => markup`<p class="kicker"><a href="/blog/categories">${t.list.category}</a></p>
<h1 class="category-title ${colorClass(category.color)}" dir="auto">${category.name}</h1>
<p class="muted">${t.posts(category.post_count)}</p>`;

const tagHeading = (tag: string, t: Words): Html => markup`<p class="kicker"><a href="/blog/tags">${t.list.tag}</a></p>
<h1 dir="auto">${tag}</h1>`;

const monthHeading = (
  month: string,
  t: Words,
): Html => markup`<p class="kicker"><a href="/blog/archive">${t.frame.archive}</a></p>
<h1>${month}</h1>`;

export const categoryPath = ({ slug }: CategoryRef): string => `/blog/categories/${encodeURIComponent(slug)}`;

/** A category as a link in its colour. */
export const chip = (
  category: CategoryRef,
  { current = false, property }: { current?: boolean; property?: 'p-category' } = {},
): Html =>
  markup`<a class="chip ${colorClass(category.color)}${property ? ` ${property}` : ''}" href="${categoryPath(category)}"${current ? markup` aria-current="page"` : none} dir="auto">${category.name}</a>`;

/** Categories that have posts, those with most posts first. */
export const usedMost = (categories: readonly Category[]): Category[] =>
  categories.filter(({ post_count }) => post_count > 0).sort((a, b) => b.post_count - a.post_count);

const chips = (
  shown: readonly Category[],
  count: number,
  current: Category | undefined,
  t: Words,
): Html => markup`<nav aria-label="${t.frame.categories}"><ul class="chips">
<li><a class="chip all" href="/blog/"${current ? none : markup` aria-current="page"`}>${t.list.all}</a></li>
${shown.map((category) => markup`<li>${chip(category, { current: category.id === current?.id })}</li>`)}
${count > shown.length ? markup`<li><a class="chip all" href="/blog/categories">${t.list.moreCategories(count - shown.length)}</a></li>` : none}
</ul></nav>`;

export interface EntriesOptions {
  site: SiteSettings;
  covers: Covers;
  /** What authors are called. */
  names: Names;
  /** How many comments posts have, by id. */
  comments?: ReadonlyMap<number, number> | undefined;
  /** Whether featured posts are called so, and the first post is shown larger than the others, as cards. */
  featured?: boolean;
}

/** The name of a list for programs (h-feed); its heading may say more, or other things. */
export const feedName = (name: string): Html => markup`<data class="p-name" value="${name}"></data>\n`;

/** Posts below each other, or as cards: as the blog's settings say. */
export function entries(
  posts: readonly PostSummary[],
  { site, covers, names, comments, featured = false }: EntriesOptions,
): Html {
  const cards = site.layout === 'cards';
  const sizesOf = (large: boolean) => (large ? sizes.featured : cards ? sizes.card : sizes.list);
  return markup`<div class="entries${cards ? ' cards' : ''}">${posts.map((post, index) => {
    const large = cards && featured && index === 0;
    const cover = covers.get(post.cover ?? '');
    const picture = cover && coverPicture(cover, { sizes: sizesOf(large), alt: '', first: cards && index === 0 });
    const look = [cards && colorClass(post.category.color), cover && 'pictured', large && 'featured'];
    const classes = look.flatMap((name) => (name ? [` ${name}`] : [])).join('');
    const about = { site, names, look: classes, cover: picture, comments: comments?.get(post.id) };
    return entry(post, { ...about, isCalledFeatured: featured && post.featured });
  })}</div>`;
}

/** How wide covers are shown. */
const sizes = {
  list: '(min-width: 48rem) 13rem, 6.5rem',
  card: '(min-width: 76rem) 23rem, (min-width: 40rem) 46vw, 94vw',
  featured: '(min-width: 76rem) 43rem, (min-width: 48rem) 56vw, 94vw',
};

interface EntryParts {
  site: SiteSettings;
  names: Names;
  /** Further classes. */
  look: string;
  cover: Html | undefined;
  isCalledFeatured: boolean;
  comments: number | undefined;
}

/** A post as it is shown in lists. */
function entry(post: PostSummary, parts: EntryParts): Html {
  const { site, names, look, cover, isCalledFeatured, comments = 0 } = parts;
  const t = wordsOf(site.language);
  const lang = langAttribute(`${post.title}\n${post.excerpt}`, post.lang);
  const href = `/blog/posts/${encodeURIComponent(post.slug)}`;
  // The title is the same link, for those who listen or go by keys.
  const picture = cover
    ? markup`<a class="entry-cover" href="${href}" tabindex="-1" aria-hidden="true">${cover}</a>\n`
    : none;
  return markup`<article class="entry h-entry${look}">
${picture}<div class="meta">${isCalledFeatured ? markup`<span>${t.list.featured}</span>` : none}${day(post.created_at, site, 'dt-published')}${chip(post.category, { property: 'p-category' })}</div>
<h2${lang} dir="auto"><a class="u-url p-name" href="${href}">${post.title}</a></h2>
${post.excerpt ? markup`<p class="excerpt p-summary"${lang} dir="auto">${post.excerpt}</p>` : none}
<p class="by" dir="auto">${bylineLink(post, t, names)}${comments > 0 ? markup` · <a href="${href}#comments">${t.comments.count(comments)}</a>` : none}</p>
</article>`;
}

function empty(first: boolean, site: SiteSettings, viewer: Viewer | undefined, t: Words): Html {
  if (!first) return markup`<p class="nothing">${t.list.nothingBeyond}</p>`;
  const start = viewer?.session
    ? t.list.writeFirst(linkTo('/blog/new'))
    : site.registration === 'authors'
      ? t.list.signUpToWrite(linkTo('/blog/signup'))
      : none;
  return markup`<p class="nothing">${t.list.nothingYet} ${start}</p>`;
}

/** Where a list goes on: addresses. */
interface Ways {
  path: string;
  older: string | undefined;
  newer: string | undefined;
  first: boolean;
}

/** The ways to newer and older posts. */
export function pagination({ path, older, newer, first }: Ways, { list }: Words): Html {
  if (!older && first) return none;
  const back = newer ? markup`<a rel="prev" href="${newer}"><span aria-hidden="true">←</span> ${list.newer}</a>` : none;
  return markup`<nav class="pagination" aria-label="${list.more}">
${first ? markup`<span></span>` : markup`<span class="back">${back}<a href="${path}">${list.newest}</a></span>`}
${older ? markup`<a rel="next" href="${older}">${list.older} <span aria-hidden="true">→</span></a>` : markup`<span class="muted">${list.wasFirst}</span>`}
</nav>`;
}
