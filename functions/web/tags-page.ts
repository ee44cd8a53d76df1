import { countOf } from './count.ts';
import { markup } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import type { Tag } from './posts.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';

/** Every tag with its number of posts, by name. */
export function tagsPage(site: SiteSettings, tags: readonly Tag[], viewer?: Viewer): string {
  const { compare } = new Intl.Collator(site.language, { numeric: true });
  const sorted = tags.toSorted((a, b) => compare(a.slug, b.slug));
  const t = wordsOf(site.language);
  return layout({
    site,
    title: t.frame.tags,
    canonical: '/blog/tags',
    viewer,
    main: markup`<div class="list">
<header class="page-header"><h1>${t.frame.tags}</h1></header>
${
  sorted.length
    ? markup`<ul class="run">${sorted.map(
        ({ name, slug, post_count }) =>
          markup`<li><a href="/blog/tags/${encodeURIComponent(slug)}" dir="auto">${name}</a> ${countOf(post_count, t)}</li>\n`,
      )}</ul>`
    : markup`<p class="nothing">${t.list.noTags}</p>`
}
</div>`,
  });
}
