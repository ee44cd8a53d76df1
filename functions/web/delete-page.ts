import { deletedPath } from './deleted-page.ts';
import { alert, hiddenField } from './field.ts';
import { type FormProblem, saidIn } from './form-problem.ts';
import { linkTo, markup } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import type { Versioned } from './posts.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';

/** Asks before a post is deleted. */
export function deletePage(
  site: SiteSettings,
  { post, etag }: Versioned,
  viewer: Viewer,
  problem?: FormProblem,
): string {
  const words = wordsOf(site.language);
  const { deletion } = words;
  const path = `/blog/posts/${encodeURIComponent(post.slug)}`;
  return layout({
    site,
    title: deletion.title,
    viewer,
    main: markup`<div class="card">
<h1>${deletion.question}</h1>
${alert(saidIn(words, problem))}
<p>${deletion.text(markup`<strong dir="auto">${post.title}</strong>`, linkTo(deletedPath))}</p>
<form method="post" action="${path}/delete">
${hiddenField('csrf', viewer.csrf)}${hiddenField('id', String(post.id))}${hiddenField('etag', etag)}
<p class="actions"><a class="button quiet" href="${path}">${deletion.keep}</a> <button class="button danger">${deletion.deleteIt}</button></p>
</form>
</div>`,
  });
}
