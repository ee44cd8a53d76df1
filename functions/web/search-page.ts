import { bylineLink } from './byline-link.ts';
import type { Category } from './categories.ts';
import { day } from './dates.ts';
import { type Html, linkTo, markup, none, trusted } from './html.ts';
import { langAttribute } from './language.ts';
import { layout, type Viewer } from './layout.ts';
import { chip } from './list-page.ts';
import type { Names } from './names.ts';
import type { Results, SearchResult } from './search.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

/** What was typed and chosen; empty texts where nothing was. */
export interface Asked {
  q: string;
  category: string;
  tag: string;
  author: string;
  /** `2026-11-30` */
  from: string;
  until: string;
}

export interface SearchPage {
  site: SiteSettings;
  asked: Asked;
  /** Undefined: nothing was asked. */
  results?: Results | undefined;
  /** What is wrong with the question. */
  problem?: string | undefined;
  categories: readonly Category[];
  /** What authors are called. */
  names: Names;
  first: boolean;
  viewer?: Viewer | undefined;
}

/** `/search?…` with what was asked. */
export const addressOf = (asked: Asked, after?: string): string => {
  const given = Object.entries({ ...asked, after: after ?? '' }).filter(([, value]) => value !== '');
  return `/search?${new URLSearchParams(given)}`;
};

/** A form, and what was found. */
export function searchPage({ site, asked, results, problem, categories, names, first, viewer }: SearchPage): string {
  const t = wordsOf(site.language);
  const next = results?.next && addressOf(asked, results.next);
  return layout({
    site,
    title: [asked.q, t.search.title].filter(Boolean).join(' · '),
    categories: [...categories, ...(results?.posts ?? []).map((post) => post.category)],
    older: next,
    viewer,
    current: 'search',
    main: markup`<div class="list">
<header class="page-header"><h1 class="small">${t.search.title}</h1></header>
${form(asked, categories, problem, t)}
${results ? found(results, { first, asked, next, names, site, t }) : none}
</div>`,
  });
}

function form(asked: Asked, categories: readonly Category[], problem: string | undefined, t: Words): Html {
  const narrowed = [asked.category, asked.tag, asked.author, asked.from, asked.until].some((value) => value !== '');
  const input = (name: keyof Asked, label: string, type = 'text') =>
    markup`<div class="field"><label for="${name}">${label}</label><input id="${name}" name="${name}" type="${type}" value="${asked[name]}" dir="auto"></div>`;
  return markup`<form class="search-form" action="/search" method="get" role="search">
<div class="search-line">
<label class="hidden" for="q">${t.search.words}</label>
<input id="q" name="q" type="search" value="${asked.q}" required maxlength="200" dir="auto" autocomplete="off"${asked.q === '' ? trusted(' autofocus') : none}${problem ? trusted(' aria-invalid="true" aria-describedby="q-error"') : none}>
<button class="button">${t.search.button}</button>
</div>
${problem ? markup`<p class="error" id="q-error">${problem}</p>` : none}
<details${narrowed ? trusted(' open') : none}>
<summary>${t.search.narrow}</summary>
<div class="filter">
<div class="field"><label for="category">${t.list.category}</label><select id="category" name="category">
<option value="">${t.list.all}</option>
${categories.filter(({ post_count }) => post_count > 0).map(({ slug, name }) => markup`<option value="${slug}"${slug === asked.category ? trusted(' selected') : none}>${name}</option>`)}
</select></div>
${input('tag', t.list.tag)}
${input('author', t.list.author)}
${input('from', t.search.from, 'date')}
${input('until', t.search.until, 'date')}
</div>
</details>
</form>`;
}

interface Shown {
  first: boolean;
  asked: Asked;
  next: string | undefined;
  names: Names;
  site: SiteSettings;
  t: Words;
}

function found({ posts, count, suggestion }: Results, { first, asked, next, names, site, t }: Shown): Html {
  const back = first ? markup`<span></span>` : markup`<a href="${addressOf(asked)}">${t.search.best}</a>`;
  return markup`<section aria-labelledby="found">
<h2 class="found" id="found">${first && count !== undefined ? t.search.found(count) : t.search.more}</h2>
${suggestion ? markup`<p class="suggestion">${t.search.meant(markup`<a href="${addressOf({ ...asked, q: suggestion })}" rel="nofollow"><bdi>${suggestion}</bdi></a>`)}</p>` : none}
${posts.length > 0 ? markup`<div class="entries">${posts.map((post) => result(post, names, site, t))}</div>` : first ? markup`<p class="nothing">${t.search.nothing(linkTo('/blog/archive'), linkTo('/blog/categories'), linkTo('/blog/tags'))}</p>` : markup`<p class="nothing">${t.list.nothingBeyond}</p>`}
${next || !first ? markup`<nav class="pagination" aria-label="${t.search.pages}">${back}${next ? markup`<a rel="next" href="${next}">${t.search.more} <span aria-hidden="true">→</span></a>` : none}</nav>` : none}
</section>`;
}

function result(post: SearchResult, names: Names, site: SiteSettings, t: Words): Html {
  const lang = langAttribute(`${post.title}\n${post.excerpt}`, post.lang);
  return markup`<article class="entry">
<div class="meta">${day(post.created_at, site)}${chip(post.category)}</div>
<h3${lang} dir="auto"><a href="/blog/posts/${encodeURIComponent(post.slug)}">${post.title}</a></h3>
${post.highlight ? markup`<p class="excerpt"${lang} dir="auto">${marked(post.highlight)}</p>` : none}
<p class="by" dir="auto">${bylineLink(post, t, names)}</p>
</article>`;
}

/** Text with marks, whatever else comes. */
const marked = (html: string): Html =>
  trusted(
    html
      .split(/(<\/?mark>)/)
      .map((part) => (/^<\/?mark>$/.test(part) ? part : part.replace(/[<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)))
      .join(''),
  );
