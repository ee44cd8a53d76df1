import type { Comment } from './comments.ts';
import { day } from './dates.ts';
import { alert, field, hiddenField } from './field.ts';
import { type FormProblem, saidIn } from './form-problem.ts';
import { markup, none, trusted } from './html.ts';
import { langAttribute } from './language.ts';
import { layout, type Viewer } from './layout.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';

export interface CommentPage {
  site: SiteSettings;
  viewer: Viewer;
  comment: Comment;
  /** Of the comment as it is shown: what a button does names it. */
  etag: string;
  /** Its text as sanitised HTML. */
  html: string;
  /** What was typed; absent where its text cannot be changed. */
  content?: string | undefined;
  /** Whether the viewer may decide on it. */
  moderates: boolean;
  /** Where to go back. */
  back: string;
  problem?: FormProblem | undefined;
}

/** A comment by itself: whoever wrote it changes or deletes it, moderators decide. */
export function commentPage(shown: CommentPage): string {
  const { site, viewer, comment, etag, html, content, moderates, back, ...page } = shown;
  const words = wordsOf(site.language);
  const { comments } = words;
  const problem = saidIn(words, page.problem);
  const isEditor = viewer.session?.role === 'editor' || viewer.session?.role === 'admin';
  const button = (action: string, text: string, style = 'quiet') =>
    markup`<button class="button ${style}" name="action" value="${action}">${text}</button>`;
  return layout({
    site,
    title: problem ? words.problems.title(comments.one) : comments.one,
    viewer,
    main: markup`<div class="editor">
<h1 class="small">${comments.one}</h1>
${alert(problem)}
<article class="comment"><p class="meta"><b dir="auto">${comment.author ?? ''}</b>${comment.is_guest ? markup` <span>${comments.guest}</span>` : none} ${day(comment.created_at, site)} <span>${comments.statuses[comment.status]}</span></p>
<div class="prose"${langAttribute(comment.content)} dir="auto">${trusted(html)}</div></article>
<form method="post" action="/blog/comments/${comment.id}">
${hiddenField('csrf', viewer.csrf)}${hiddenField('etag', etag)}
${content === undefined ? none : field({ name: 'content', label: comments.text, value: content, rows: 5, hint: comments.quarter }, problem)}
<p class="actions">${content === undefined ? none : button('save', comments.save, '')}
${moderates && comment.status !== 'published' ? button('published', comments.publish) : none}
${moderates && comment.status === 'published' ? button('held', comments.hold) : none}
${moderates && comment.status !== 'spam' ? button('spam', comments.spam) : none}
${isEditor ? button('block', comments.block) : none}
${button('delete', comments.delete, 'danger')}</p>
</form>
<p><a href="${back}"><span aria-hidden="true">←</span> ${comments.back}</a></p>
</div>`,
  });
}
