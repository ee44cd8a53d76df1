import { monthName } from './dates.ts';
import { markup } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import { postCount } from './post-count.ts';
import type { Month } from './posts.ts';
import type { SiteSettings } from './site.ts';

/** Path of a month's posts. @param month `2026-11` */
export const monthPath = (month: string): string => `/blog/archive/${month.replace('-', '/')}`;

/** Every month in which posts were published, with their number, newest first. */
export function archivePage(site: SiteSettings, months: readonly Month[], viewer?: Viewer): string {
  const years = Map.groupBy(months, ({ month }) => month.slice(0, -3));
  return layout({
    site,
    title: 'Archive',
    canonical: '/blog/archive',
    viewer,
    main: markup`<div class="list">
<header class="page-header"><h1>Archive</h1></header>
${
  years.size
    ? [...years].map(
        ([year, all]) => markup`<section aria-labelledby="year-${year}">
<h2 id="year-${year}">${year}</h2>
<ul class="index">${all.map(({ month, post_count }) => markup`<li><a href="${monthPath(month)}">${monthName(month, site.language)}</a> <span class="muted">${postCount(post_count)}</span></li>\n`)}</ul>
</section>\n`,
      )
    : markup`<p class="nothing">Nothing has been written here yet.</p>`
}
</div>`,
  });
}
