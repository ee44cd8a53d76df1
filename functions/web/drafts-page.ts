import { day } from './dates.ts';
import { markup, none } from './html.ts';
import { langAttribute } from './language.ts';
import { layout, type Viewer } from './layout.ts';
import { chip } from './list-page.ts';
import { scheduled } from './local-time.ts';
import type { Listing, PostSummary } from './posts.ts';
import type { SiteSettings } from './site.ts';

/** An author's own drafts. */
export function draftsPage(site: SiteSettings, listing: Listing, viewer: Viewer): string {
  const { posts, older } = listing;
  return layout({
    site,
    title: 'Your drafts',
    categories: posts.map(({ category }) => category),
    viewer,
    current: 'drafts',
    main: markup`<div class="list">
<header class="page-header"><h1>Your drafts</h1></header>
${posts.length ? markup`<div class="entries">${posts.map((post) => draft(post, site))}</div>` : markup`<p class="nothing">You have no drafts. <a href="/blog/new">Write something</a>.</p>`}
${older ? markup`<nav class="pagination" aria-label="More drafts"><a href="/blog/drafts">Newest</a><a rel="next" href="/blog/drafts?after=${encodeURIComponent(older)}">Older drafts <span aria-hidden="true">→</span></a></nav>` : none}
</div>`,
  });
}

function draft(post: PostSummary, site: SiteSettings) {
  const path = `/blog/posts/${encodeURIComponent(post.slug)}`;
  const lang = langAttribute(`${post.title}\n${post.excerpt}`);
  return markup`<article class="entry">
<div class="meta">${day(post.updated_at ?? post.created_at, site)}${post.kind === 'page' ? markup`<span>Page</span>` : chip(post.category)}</div>
<h2${lang} dir="auto"><a href="${path}">${post.title}</a></h2>
${post.published_at ? markup`<p class="by">Is published on ${scheduled(post.published_at, site.time_zone)}</p>` : none}
${post.excerpt ? markup`<p class="excerpt"${lang} dir="auto">${post.excerpt}</p>` : none}
<p class="tools"><a href="${path}/edit">Edit<span class="hidden"> “${post.title}”</span></a> <a href="${path}/delete">Delete<span class="hidden"> “${post.title}”</span></a></p>
</article>`;
}
