import { monthName } from './dates.ts';
import { markup } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import type { Month } from './posts.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';

/** Path of a month's posts. @param month `2026-11` */
export const monthPath = (month: string): string => `/blog/archive/${month.replace('-', '/')}`;

/** Every month in which posts were published, with their number, newest first. */
export function archivePage(site: SiteSettings, months: readonly Month[], viewer?: Viewer): string {
  const years = Map.groupBy(months, ({ month }) => month.slice(0, -3));
  const t = wordsOf(site.language);
  return layout({
    site,
    title: t.frame.archive,
    canonical: '/blog/archive',
    viewer,
    main: markup`<div class="list">
<header class="page-header"><h1>${t.frame.archive}</h1></header>
${
  years.size
    ? [...years].map(
        ([year, all]) => markup`<section aria-labelledby="year-${year}">
<h2 id="year-${year}">${year}</h2>
<ul class="index">${all.map(({ month, post_count }) => markup`<li><a href="${monthPath(month)}">${monthName(month, site.language)}</a> <span class="muted">${t.posts(post_count)}</span></li>\n`)}</ul>
</section>\n`,
      )
    : markup`<p class="nothing">${t.list.nothingYet}</p>`
}
</div>`,
  });
}
