import type { Category } from './categories.ts';
import { markup } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import { chip } from './list-page.ts';
import type { SiteSettings } from './site.ts';

/** How much there is. */
export function statsPage(site: SiteSettings, categories: readonly Category[], viewer?: Viewer): string {
  const used = [...categories].sort((a, b) => b.post_count - a.post_count);
  const posts = totalPosts(categories);
  return layout({
    site,
    title: 'Numbers',
    canonical: '/stats',
    categories,
    viewer,
    main: markup`<div class="list">
<header class="page-header"><h1>Numbers</h1></header>
<dl class="figures"><div><dt>Posts</dt><dd>${posts}</dd></div><div><dt>Categories</dt><dd>${categories.length}</dd></div></dl>
<table class="counts"><caption>Posts by category</caption>
<thead><tr><th scope="col">Category</th><th scope="col">Posts</th></tr></thead>
<tbody>${used.map((category) => markup`<tr><td>${chip(category)}</td><td>${category.post_count}</td></tr>\n`)}</tbody>
</table>
</div>`,
  });
}

/** Published posts in all categories. */
export const totalPosts = (categories: readonly Category[]): number =>
  categories.reduce((sum, { post_count }) => sum + post_count, 0);
