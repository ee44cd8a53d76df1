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

/** Every category with its number of posts, by name; those with most posts before them where there are many. */
export function categoriesPage(site: SiteSettings, categories: readonly Category[], viewer?: Viewer): string {
  const sorted = [...categories].sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  const first = categories.length > 2 * largest ? usedMost(categories).slice(0, largest) : [];
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
<ul class="run">${sorted.map((category) => markup`<li><a class="dotted ${colorClass(category.color)}" href="${categoryPath(category)}" dir="auto">${category.name}</a> ${countOf(category.post_count, t)}</li>\n`)}</ul>
</div>`,
  });
}
