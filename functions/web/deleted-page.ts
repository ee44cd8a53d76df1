import { dateAndTime } from './dates.ts';
import { alert, hiddenField } from './field.ts';
import { type FormProblem, saidIn } from './form-problem.ts';
import { type Html, markup, none } from './html.ts';
import { langAttribute } from './language.ts';
import { layout, type Viewer } from './layout.ts';
import type { Names } from './names.ts';
import type { DeletedListing, DeletedPost } from './posts.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

export const deletedPath = '/blog/deleted';

export interface DeletedPage {
  site: SiteSettings;
  listing: DeletedListing;
  /** What people are called. */
  names: Names;
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
export function deletedPage({ site, listing, names, just, first, viewer, now, problem }: DeletedPage): string {
  const words = wordsOf(site.language);
  const { deleted, ownPosts } = words;
  const { posts, older } = listing;
  const undone = problem ? undefined : posts.find(({ id }) => id === just);
  return layout({
    site,
    title: deleted.title,
    viewer,
    current: 'posts',
    main: markup`<div class="list">
<header class="page-header"><p class="kicker"><a href="/blog/posts">${ownPosts.yours}</a></p><h1>${deleted.title}</h1></header>
${alert(saidIn(words, problem))}
${undone ? undo(undone, viewer, deleted) : none}
${
  posts.length
    ? markup`<p class="muted">${deleted.howLong}</p>
<div class="entries">${posts.map((post) => entry(post, { site, names, viewer, now }, words))}</div>`
    : markup`<p class="nothing">${deleted.nothing}</p>`
}
${older || !first ? markup`<nav class="pagination" aria-label="${deleted.more}"><a href="${deletedPath}">${words.list.newest}</a>${older ? markup`<a rel="next" href="${deletedPath}?after=${encodeURIComponent(older)}">${ownPosts.older} <span aria-hidden="true">→</span></a>` : none}</nav>` : none}
</div>`,
  });
}

const undo = ({ id, title }: DeletedPost, viewer: Viewer, deleted: Words['deleted']): Html =>
  markup`<div class="notice" role="status"><form method="post" action="${deletedPath}" class="undo">
<p>${deleted.isDeleted(markup`<strong dir="auto">${title}</strong>`)}</p> ${fields(id, viewer)}<button class="button quiet" name="action" value="restore">${deleted.undo}</button>
</form></div>`;

const fields = (id: number, viewer: Viewer): Html =>
  markup`${hiddenField('csrf', viewer.csrf)}${hiddenField('id', String(id))}`;

function entry(
  post: DeletedPost,
  { site, names, viewer, now }: Pick<DeletedPage, 'site' | 'names' | 'viewer' | 'now'>,
  { deleted, ownPosts }: Words,
): Html {
  const lang = langAttribute(`${post.title}\n${post.excerpt}`, post.lang);
  const called = (username: string) => markup`<bdi>${names.get(username)?.name ?? username}</bdi>`;
  const state = ownPosts.oneOf[post.status === 'draft' ? 'draft' : 'published'];
  return markup`<article class="entry">
<div class="meta">${post.kind === 'page' ? ownPosts.page(state) : state}</div>
<h2${lang} dir="auto">${post.title}</h2>
<p class="by">${deleted.by(called(post.author), dateAndTime(post.deleted_at, site), called(post.deleted_by))} ${deleted.left(daysLeft(post, now))}</p>
${post.excerpt ? markup`<p class="excerpt"${lang} dir="auto">${post.excerpt}</p>` : none}
<form method="post" action="${deletedPath}">${fields(post.id, viewer)}<p class="actions"><button class="button" name="action" value="restore">${deleted.restore(post.title)}</button></p>
<details><summary>${deleted.forget(post.title)}</summary><p class="actions"><button class="button danger" name="action" value="forget">${deleted.forgetForGood(post.title)}</button> <span class="muted">${deleted.forgetHint}</span></p></details></form>
</article>`;
}

const daysLeft = ({ restorable_until }: DeletedPost, now: number): number =>
  Math.ceil((Date.parse(restorable_until) - now) / 86_400_000);
