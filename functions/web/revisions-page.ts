import { changes } from './changes.ts';
import { alert, hiddenField } from './field.ts';
import type { FormProblem } from './form-problem.ts';
import { type Html, markup, none, trusted } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import { scheduled } from './local-time.ts';
import type { FullRevision, Revision, Versioned } from './posts.ts';
import type { SiteSettings } from './site.ts';

export interface RevisionsPage {
  site: SiteSettings;
  current: Versioned;
  revisions: readonly Revision[];
  /** The one that is compared with the present text. */
  chosen?: FullRevision | undefined;
  viewer: Viewer;
  problem?: FormProblem | undefined;
}

/** Every version of a post; one of them beside the present text, with a button that brings it back. */
export function revisionsPage({ site, current, revisions, chosen, viewer, problem }: RevisionsPage): string {
  const { post } = current;
  const path = `/blog/posts/${encodeURIComponent(post.slug)}`;
  const row = (revision: Revision): Html =>
    markup`<li><p><a href="${path}/revisions?version=${revision.version}"${revision.version === chosen?.version ? trusted(' aria-current="true"') : none}>Version ${revision.version}</a><span class="muted">${scheduled(revision.created_at, site.time_zone)} by <bdi>${revision.editor}</bdi>, ${revision.status}${revision.version === post.version ? ' – the present one' : ''}</span></p></li>`;
  return layout({
    site,
    title: `Versions: ${post.title}`,
    viewer,
    main: markup`<div class="list">
<header class="page-header"><p class="kicker">Versions</p><h1 class="small" dir="auto"><a href="${path}">${post.title}</a></h1></header>
${alert(problem)}
${chosen ? comparison(current, chosen, path, viewer) : none}
<ul class="rows">${revisions.map(row)}</ul>
</div>`,
  });
}

function comparison({ post, etag }: Versioned, chosen: FullRevision, path: string, viewer: Viewer): Html {
  const same = chosen.title === post.title && chosen.content === post.content;
  return markup`<section aria-labelledby="since">
<h2 id="since">${same ? `Version ${chosen.version} has the present text` : `What has changed since version ${chosen.version}`}</h2>
${
  same
    ? none
    : markup`<p class="muted">Struck through: only in version ${chosen.version}. Underlined: only in the present text.</p>
${changes(`${chosen.title}\n\n${chosen.content}`, `${post.title}\n\n${post.content}`)}
<form method="post" action="${path}/revisions">
${hiddenField('csrf', viewer.csrf)}${hiddenField('id', String(post.id))}${hiddenField('etag', etag)}${hiddenField('version', String(chosen.version))}
<p class="actions"><button class="button">Restore version ${chosen.version}</button> <span class="muted">Its title and text become the newest version; this one stays in the list.</span></p>
</form>`
}
</section>`;
}
