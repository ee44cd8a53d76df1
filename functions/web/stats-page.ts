import type { Category } from './categories.ts';
import { markup, none } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import { chip, usedMost } from './list-page.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';

/** Categories in the table. */
const rows = 20;

/** How much there is. */
export function statsPage(site: SiteSettings, categories: readonly Category[], viewer?: Viewer): string {
  const used = usedMost(categories);
  const shown = used.slice(0, rows);
  const more = used.length - shown.length;
  const posts = totalPosts(categories);
  const t = wordsOf(site.language);
  return layout({
    site,
    title: t.frame.numbers,
    canonical: '/stats',
    categories: shown,
    viewer,
    main: markup`<div class="list">
<header class="page-header"><h1>${t.frame.numbers}</h1></header>
<dl class="figures"><div><dt>${t.numbers.posts}</dt><dd>${t.number(posts)}</dd></div><div><dt>${t.frame.categories}</dt><dd>${t.number(used.length)}</dd></div></dl>
<table class="counts"><caption>${t.numbers.byCategory}</caption>
<thead><tr><th scope="col">${t.list.category}</th><th scope="col">${t.numbers.posts}</th></tr></thead>
<tbody>${shown.map((category) => markup`<tr><td>${chip(category)}</td><td>${t.number(category.post_count)}</td></tr>\n`)}</tbody>
</table>
${more > 0 ? markup`<p><a href="/blog/categories">${t.list.moreCategories(more)}</a></p>` : none}
</div>`,
  });
}

/** Published posts in all categories. */
export const totalPosts = (categories: readonly Category[]): number =>
  categories.reduce((sum, { post_count }) => sum + post_count, 0);
