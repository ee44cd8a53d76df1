import type { Category } from './categories.ts';
import { markup } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import { chip } from './list-page.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';

/** Every category with its number of posts, by name. */
export function categoriesPage(site: SiteSettings, categories: readonly Category[], viewer?: Viewer): string {
  const sorted = [...categories].sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  const t = wordsOf(site.language);
  return layout({
    site,
    title: t.frame.categories,
    canonical: '/blog/categories',
    categories,
    viewer,
    main: markup`<div class="list">
<header class="page-header"><h1>${t.frame.categories}</h1></header>
<ul class="index">${sorted.map((category) => markup`<li>${chip(category)} <span class="muted">${t.posts(category.post_count)}</span></li>\n`)}</ul>
</div>`,
  });
}
