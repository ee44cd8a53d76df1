import { deletedPath } from './deleted-page.ts';
import { alert, hiddenField } from './field.ts';
import type { FormProblem } from './form-problem.ts';
import { markup } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import type { Versioned } from './posts.ts';
import type { SiteSettings } from './site.ts';

/** Asks before a post is deleted. */
export function deletePage(
  site: SiteSettings,
  { post, etag }: Versioned,
  viewer: Viewer,
  problem?: FormProblem,
): string {
  const path = `/blog/posts/${encodeURIComponent(post.slug)}`;
  return layout({
    site,
    title: 'Delete post',
    viewer,
    main: markup`<div class="card">
<h1>Delete this post?</h1>
${alert(problem)}
<p><strong dir="auto">${post.title}</strong> will be gone for everybody. For 30 days you can restore it from <a href="${deletedPath}">what was deleted</a>.</p>
<form method="post" action="${path}/delete">
${hiddenField('csrf', viewer.csrf)}${hiddenField('id', String(post.id))}${hiddenField('etag', etag)}
<p class="actions"><a class="button quiet" href="${path}">Keep it</a> <button class="button danger">Delete it</button></p>
</form>
</div>`,
  });
}
