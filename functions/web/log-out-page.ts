import { editorScriptPath } from './assets/addresses.ts';
import { hiddenField } from './field.ts';
import { markup } from './html.ts';
import { layout, type Viewer } from './layout.ts';

import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';

/** Asks before text goes that this browser keeps and the server does not have. The editor's script says which. */
export function logOutPage(site: SiteSettings, viewer: Viewer): string {
  const { leaving } = wordsOf(site.language);
  return layout({
    site,
    title: leaving.title,
    viewer,
    script: editorScriptPath,
    main: markup`<div class="card">
<h1>${leaving.title}</h1>
<p>${leaving.text}</p>
<form method="post" action="/blog/logout" class="leaving" data-account="${viewer.session?.name ?? ''}">
${hiddenField('csrf', viewer.csrf)}${hiddenField('unsaved', 'remove')}
<p class="actions"><a class="button quiet" href="/blog/posts">${leaving.stay}</a> <button class="button danger">${leaving.remove}</button></p>
</form>
</div>`,
  });
}
