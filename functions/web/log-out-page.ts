import { editorScriptPath } from './assets/addresses.ts';
import { hiddenField } from './field.ts';
import { markup } from './html.ts';
import { layout, type Viewer } from './layout.ts';

import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';

/**
 * Says that the session has ended, and asks before text goes that this browser keeps and the server does not have. The editor's script
 * says which.
 * @param account whose session it was
 */
export function logOutPage(site: SiteSettings, viewer: Viewer, account = ''): string {
  const { leaving } = wordsOf(site.language);
  return layout({
    site,
    title: leaving.title,
    viewer,
    script: editorScriptPath,
    main: markup`<div class="card">
<h1>${leaving.title}</h1>
<p>${leaving.text}</p>
<form method="post" action="/blog/logout" class="leaving" data-account="${account}">
${hiddenField('csrf', viewer.csrf)}${hiddenField('unsaved', 'remove')}
<p class="actions"><a class="button quiet" href="/blog/">${leaving.keep}</a> <button class="button danger">${leaving.remove}</button></p>
</form>
</div>`,
  });
}
