import { changes } from './changes.ts';
import { dateAndTime } from './dates.ts';
import { alert, hiddenField } from './field.ts';
import { type FormProblem, saidIn } from './form-problem.ts';
import { type Html, markup, none, trusted } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import type { Names } from './names.ts';
import type { FullRevision, Revision, Versioned } from './posts.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

export interface RevisionsPage {
  site: SiteSettings;
  current: Versioned;
  revisions: readonly Revision[];
  /** What editors are called. */
  names: Names;
  /** The one that is compared with the present text. */
  chosen?: FullRevision | undefined;
  viewer: Viewer;
  problem?: FormProblem | undefined;
}

/** Every version of a post; one of them beside the present text, with a button that brings it back. */
export function revisionsPage({ site, current, revisions, names, chosen, viewer, problem }: RevisionsPage): string {
  const { post } = current;
  const words = wordsOf(site.language);
  const t = words.revisions;
  const path = `/blog/posts/${encodeURIComponent(post.slug)}`;
  const row = (revision: Revision): Html =>
    markup`<li><p><a href="${path}/revisions?version=${revision.version}"${revision.version === chosen?.version ? trusted(' aria-current="true"') : none}>${t.version(revision.version)}</a><span class="muted">${t.made(dateAndTime(revision.created_at, site), markup`<bdi>${names.get(revision.editor)?.name ?? revision.editor}</bdi>`, words.editor.statuses[revision.status])}${revision.autosaved ? ` – ${t.bySelf}` : ''}${revision.version === post.version ? ` – ${t.present}` : ''}</span></p></li>`;
  return layout({
    site,
    title: t.of(post.title),
    viewer,
    main: markup`<div class="list">
<header class="page-header"><p class="kicker">${t.versions}</p><h1 class="small" dir="auto"><a href="${path}">${post.title}</a></h1></header>
${alert(saidIn(words, problem))}
${chosen ? comparison(current, chosen, path, viewer, t) : none}
<ul class="rows">${revisions.map(row)}</ul>
</div>`,
  });
}

function comparison(
  { post, etag }: Versioned,
  chosen: FullRevision,
  path: string,
  viewer: Viewer,
  t: Words['revisions'],
): Html {
  const same = chosen.title === post.title && chosen.content === post.content;
  return markup`<section aria-labelledby="since">
<h2 id="since">${same ? t.same(chosen.version) : t.since(chosen.version)}</h2>
${
  same
    ? none
    : markup`<p class="muted">${t.marks(chosen.version)}</p>
${changes(`${chosen.title}\n\n${chosen.content}`, `${post.title}\n\n${post.content}`)}
<form method="post" action="${path}/revisions">
${hiddenField('csrf', viewer.csrf)}${hiddenField('id', String(post.id))}${hiddenField('etag', etag)}${hiddenField('version', String(chosen.version))}
<p class="actions"><button class="button">${t.restore(chosen.version)}</button> <span class="muted">${t.restoreHint}</span></p>
</form>`
}
</section>`;
}
