import type { Category } from './categories.ts';
import { colorClass } from './colors.ts';
import { countOf } from './count.ts';
import { markup, none } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import { categoryPath, chip, usedMost } from './list-page.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';

/** Categories that stand out, as long as there are more than twice as many. */
const largest = 12;

/** Categories that have posts, with their numbers, by name; those with most posts before them where there are many. */
export function categoriesPage(site: SiteSettings, categories: readonly Category[], viewer?: Viewer): string {
  const used = categories.filter(({ post_count }) => post_count > 0);
  const sorted = used.toSorted((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  const first = used.length > 2 * largest ? usedMost(categories).slice(0, largest) : [];
  const t = wordsOf(site.language);
  return layout({
    site,
    title: t.frame.categories,
    canonical: '/blog/categories',
    categories,
    viewer,
    main: markup`<div class="list">
<header class="page-header"><h1>${t.frame.categories}</h1>
${first.length > 0 ? markup`<ul class="chips">${first.map((category) => markup`<li>${chip(category)}</li>\n`)}</ul>` : none}</header>
${sorted.length > 0 ? markup`<ul class="run">${sorted.map((category) => markup`<li><a class="dotted ${colorClass(category.color)}" href="${categoryPath(category)}" dir="auto">${category.name}</a> ${countOf(category.post_count, t)}</li>\n`)}</ul>` : markup`<p class="nothing">${t.list.nothingYet}</p>`}
</div>`,
  });
}
