import { alert, hiddenField } from './field.ts';
import { type FormProblem, saidIn } from './form-problem.ts';
import { markup, none } from './html.ts';
import { langAttribute } from './language.ts';
import { layout, type Viewer } from './layout.ts';
import type { Post } from './posts.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';

export interface PreviewPage {
  site: SiteSettings;
  post: Post;
  /** Whole address of the preview, where there is one. */
  link: string | undefined;
  viewer: Viewer;
  problem?: FormProblem | undefined;
}

/** The page on which a writer makes the link to a draft, copies it, and ends it. */
export function previewPage({ site, post, link, viewer, problem }: PreviewPage): string {
  const words = wordsOf(site.language);
  const { draftLink: t } = words;
  const path = `/blog/posts/${encodeURIComponent(post.slug)}`;
  const button = (action: 'make' | 'end', text: string, style: string) =>
    markup`<button class="button${style}" name="action" value="${action}">${text}</button>`;
  const isOver = post.status === 'published';
  return layout({
    site,
    title: `${t.title}: ${post.title}`,
    viewer,
    main: markup`<div class="card">
<h1>${t.title}</h1>
${alert(saidIn(words, problem))}
<p><a href="${path}"${langAttribute(post.title, post.lang)} dir="auto">${post.title}</a></p>
<p>${isOver ? t.published : t.about}</p>
${
  link
    ? markup`<p><code class="whole">${link}</code></p>
<p class="hint">${t.copy} <a href="${link}">${t.openIt}</a></p>`
    : isOver
      ? none
      : markup`<p class="muted">${t.none}</p>`
}
${
  isOver && !link
    ? none
    : markup`<form method="post" action="${path}/preview">
${hiddenField('csrf', viewer.csrf)}
<p class="actions">${link ? button('end', t.end, ' danger') : button('make', t.make, '')}</p>
</form>`
}
</div>`,
  });
}
