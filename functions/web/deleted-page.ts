import { alert, hiddenField } from './field.ts';
import type { FormProblem } from './form-problem.ts';
import { type Html, markup, none } from './html.ts';
import { langAttribute } from './language.ts';
import { layout, type Viewer } from './layout.ts';
import { scheduled } from './local-time.ts';
import type { DeletedListing, DeletedPost } from './posts.ts';
import type { SiteSettings } from './site.ts';

export const deletedPath = '/blog/deleted';

export interface DeletedPage {
  site: SiteSettings;
  listing: DeletedListing;
  /** Id of the one that was deleted right now: it can be undone at the head of the page. */
  just: number | undefined;
  /** Whether this is the beginning of the list. */
  first: boolean;
  viewer: Viewer;
  /** Milliseconds since 1970. */
  now: number;
  problem?: FormProblem | undefined;
}

/** Deleted posts that can be restored, with the days that are left, and buttons that restore and forget them. */
export function deletedPage({ site, listing, just, first, viewer, now, problem }: DeletedPage): string {
  const { posts, older } = listing;
  const undone = problem ? undefined : posts.find(({ id }) => id === just);
  return layout({
    site,
    title: 'Deleted',
    viewer,
    current: 'posts',
    main: markup`<div class="list">
<header class="page-header"><p class="kicker"><a href="/blog/posts">Your posts</a></p><h1>Deleted</h1></header>
${alert(problem)}
${undone ? undo(undone, viewer) : none}
${
  posts.length
    ? markup`<p class="muted">What is deleted can be restored for 30 days, as it was. Then it is gone.</p>
<div class="entries">${posts.map((post) => entry(post, { site, viewer, now }))}</div>`
    : markup`<p class="nothing">Nothing was deleted in the last 30 days.</p>`
}
${older || !first ? markup`<nav class="pagination" aria-label="More deleted posts"><a href="${deletedPath}">Newest</a>${older ? markup`<a rel="next" href="${deletedPath}?after=${encodeURIComponent(older)}">Older <span aria-hidden="true">→</span></a>` : none}</nav>` : none}
</div>`,
  });
}

const undo = ({ id, title }: DeletedPost, viewer: Viewer): Html =>
  markup`<div class="notice" role="status"><form method="post" action="${deletedPath}" class="undo">
<p><strong dir="auto">${title}</strong> is deleted.</p> ${fields(id, viewer)}<button class="button quiet" name="action" value="restore">Undo</button>
</form></div>`;

const fields = (id: number, viewer: Viewer): Html =>
  markup`${hiddenField('csrf', viewer.csrf)}${hiddenField('id', String(id))}`;

function entry(post: DeletedPost, { site, viewer, now }: Pick<DeletedPage, 'site' | 'viewer' | 'now'>): Html {
  const lang = langAttribute(`${post.title}\n${post.excerpt}`, post.lang);
  const named = markup`<span class="hidden"> “${post.title}”</span>`;
  return markup`<article class="entry">
<div class="meta">${post.kind === 'page' ? 'Page, ' : none}${post.status === 'draft' ? 'draft' : 'published'}</div>
<h2${lang} dir="auto">${post.title}</h2>
<p class="by">By <bdi>${post.author}</bdi>. Deleted on ${scheduled(post.deleted_at, site.time_zone)} by <bdi>${post.deleted_by}</bdi>. ${left(post, now)}</p>
${post.excerpt ? markup`<p class="excerpt"${lang} dir="auto">${post.excerpt}</p>` : none}
<form method="post" action="${deletedPath}">${fields(post.id, viewer)}<p class="actions"><button class="button" name="action" value="restore">Restore${named}</button></p>
<details><summary>Forget it now${named}</summary><p class="actions"><button class="button danger" name="action" value="forget">Forget it for good${named}</button> <span class="muted">Nobody can bring it back then.</span></p></details></form>
</article>`;
}

function left({ restorable_until }: DeletedPost, now: number): string {
  const days = Math.ceil((Date.parse(restorable_until) - now) / 86_400_000);
  return days > 1 ? `${days} days are left.` : 'This is its last day.';
}
