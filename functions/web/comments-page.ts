import type { Block, Decision, QueuedComment } from './comments.ts';
import { day } from './dates.ts';
import { alert, field, hiddenField } from './field.ts';
import { type FormProblem, type SaidProblem, saidIn } from './form-problem.ts';
import { type Html, markup, none, trusted } from './html.ts';
import { langAttribute } from './language.ts';
import { layout, type Viewer } from './layout.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

/** What editors see besides: words that hold back, and who is blocked. */
export interface ForEditors {
  /** A word in each line. */
  words: string;
  blocked: readonly Block[];
}

export interface CommentsPage {
  site: SiteSettings;
  viewer: Viewer;
  status: Decision;
  comments: readonly QueuedComment[];
  /** A comment's Markdown as sanitised HTML. */
  render: (content: string) => string;
  /** `12`, `1000+`; on the first page. */
  count?: string | undefined;
  next?: string | undefined;
  editors?: ForEditors | undefined;
  notice?: keyof Words['comments']['done'] | undefined;
  problem?: FormProblem | undefined;
}

const path = '/blog/comments';

/** The page on which moderators decide what readers see. */
export function commentsPage(page: CommentsPage): string {
  const { site, viewer, status, comments, count, next, editors, notice } = page;
  const words = wordsOf(site.language);
  const { comments: t, frame } = words;
  const problem = saidIn(words, page.problem);
  const state = (each: Decision) =>
    markup`<li><a class="chip all" href="${path}${each === 'held' ? '' : `?status=${each}`}"${each === status ? trusted(' aria-current="page"') : none}>${t.queues[each]}</a></li>`;
  return layout({
    site,
    title: problem ? words.problems.title(frame.comments) : frame.comments,
    viewer,
    current: 'comments',
    main: markup`<div class="editor moderation">
<h1 class="small">${frame.comments}</h1>
${notice && !problem ? markup`<p class="notice" role="status">${t.done[notice]}</p>` : none}
${alert(problem)}
${site.comments === 'none' ? markup`<p class="muted">${t.off}</p>` : none}
<nav aria-label="${t.states}"><ul class="chips">${(['held', 'published', 'spam'] as const).map(state)}</ul></nav>
${count === undefined ? none : markup`<p class="muted">${t.found(count)}</p>`}
${comments.length > 0 ? markup`<ul class="rows">${comments.map((each) => row(each, page, words))}</ul>` : markup`<p class="nothing">${t.nothing}</p>`}
${next ? markup`<nav class="pagination" aria-label="${t.more}"><a rel="next" href="${path}?status=${status}&after=${encodeURIComponent(next)}">${t.older} <span aria-hidden="true">→</span></a></nav>` : none}
${editors ? editing(editors, page, words, problem) : none}
</div>`,
  });
}

function row(comment: QueuedComment, { site, viewer, render, status }: CommentsPage, { comments: t }: Words): Html {
  const { id, version, author, is_guest, email, content, created_at, reasons, post } = comment;
  const name = author ?? '';
  const action = (value: string, text: Html, style = 'quiet') =>
    markup`<button class="button ${style}" name="action" value="${value}">${text}</button>`;
  return markup`<li><article class="comment">
<p class="meta"><b dir="auto">${name}</b>${is_guest ? markup` <span>${t.guest}</span>` : none}${email ? markup` <span dir="auto">${email}</span>` : none} ${day(created_at, site)}</p>
<p class="meta"><a href="/blog/posts/${encodeURIComponent(post.slug)}#comment-${id}" dir="auto">${post.title}</a>${reasons.map((reason) => markup` <span>${t.reasons[reason as keyof typeof t.reasons] ?? reason}</span>`)}</p>
<div class="prose"${langAttribute(content)} dir="auto">${trusted(render(content))}</div>
</article>
<form method="post" action="${path}/${id}/decide">${hiddenField('csrf', viewer.csrf)}${hiddenField('status', status)}${hiddenField('version', String(version))}
${status === 'published' ? action('held', t.holdOf(name)) : action('published', t.publishOf(name), '')}
${status === 'spam' ? none : action('spam', t.spamOf(name))}
${action('delete', t.deleteOf(name))}
${viewer.session?.role === 'author' ? none : action('block', t.blockOf(name))}
</form></li>
`;
}

const editing = (
  { words, blocked }: ForEditors,
  { site, viewer }: CommentsPage,
  { comments: t }: Words,
  problem: SaidProblem | undefined,
): Html => markup`<form method="post" action="${path}/words">
${hiddenField('csrf', viewer.csrf)}
<fieldset><legend>${t.wordList}</legend>
${field({ name: 'words', label: t.words, value: words, rows: 5, optional: true, hint: t.wordsHint }, problem)}
<p class="actions"><button class="button">${t.saveWords}</button></p>
</fieldset>
</form>
${blocked.length > 0 ? markup`<section><h2 id="blocked">${t.blocked}</h2>\n<ul class="rows" aria-labelledby="blocked">${blocked.map((each) => blockRow(each, site, viewer, t))}</ul></section>` : none}`;

const blockRow = (
  { id, author, kind, blocked_by, created_at }: Block,
  site: SiteSettings,
  viewer: Viewer,
  t: Words['comments'],
): Html =>
  markup`<li><p><b dir="auto">${author}</b> <span class="muted">${t.kinds[kind]} · ${t.blockedBy(markup`<bdi>${blocked_by}</bdi>`)} · ${day(created_at, site)}</span></p>
<form method="post" action="${path}/blocked/${id}">${hiddenField('csrf', viewer.csrf)}<button class="button quiet">${t.unblock(author)}</button></form></li>
`;
