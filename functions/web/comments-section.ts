import type { Comments, ShownComment } from './comments.ts';
import { day } from './dates.ts';
import { face } from './face.ts';
import { alert, field, hiddenField } from './field.ts';
import { type FormProblem, type SaidProblem, saidIn } from './form-problem.ts';
import { type Html, linkTo, markup, none, trusted } from './html.ts';
import { langAttribute } from './language.ts';
import type { Viewer } from './layout.ts';
import { mayChange } from './may-change.ts';
import type { Names } from './names.ts';
import type { Post } from './posts.ts';
import { type SiteSettings, takesRegistrations } from './site.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

/** What was typed into the form of a comment. */
export interface CommentForm {
  content: string;
  name: string;
  email: string;
  /** Id of the comment that is answered; empty for none. */
  parent: string;
}

/** Longest text of a comment, in characters (functions/comments/fields.ts). */
const maxCharacters = 5000;

export interface CommentsSection {
  site: SiteSettings;
  post: Pick<Post, 'id' | 'slug' | 'author' | 'status'>;
  /** Undefined: they cannot be read now. */
  comments: Comments | undefined;
  /** A comment's Markdown as sanitised HTML. */
  render: (content: string) => string;
  viewer: Viewer | undefined;
  /** What accounts are called. */
  names: Names;
  /** Whether this is the page with the first comments. */
  first: boolean;
  /** What a guest has written in this browser and may still change. */
  own?: ReadonlySet<number> | undefined;
  /** What is said above the form: that a comment waits. */
  notice?: 'held' | undefined;
  form?: Partial<CommentForm> | undefined;
  problem?: FormProblem | undefined;
}

/** A post's comments, in threads of two levels, and the form to write one. Nothing where the blog takes none. */
export function commentsSection(section: CommentsSection): Html {
  const { site, post, comments, first } = section;
  if (site.comments === 'none' || post.status === 'draft') return none;
  const t = wordsOf(site.language);
  const { comments: words } = t;
  const shown = comments?.comments ?? [];
  const path = `/blog/posts/${encodeURIComponent(post.slug)}`;
  const answered = answeredIn(shown, section.form?.parent);
  return markup`<section class="comments" id="comments" aria-labelledby="comments-title">
<h2 id="comments-title">${comments && comments.count > 0 ? words.count(comments.count) : words.title}</h2>
${comments ? none : markup`<p class="muted">${words.unread}</p>`}
${shown.length > 0 ? markup`<ol class="thread">${threads(shown).map((thread) => threadItem(thread, section, t))}</ol>` : none}
${first && !comments?.next ? none : markup`<nav class="pagination" aria-label="${words.more}">${first ? none : markup`<a href="${path}#comments">${words.oldest}</a>`}${comments?.next ? markup`<a rel="next" href="${path}?comments=${comments.next}#comments">${words.newer} <span aria-hidden="true">→</span></a>` : none}</nav>`}
${form(section, answered, path, t)}
</section>`;
}

/** The comment that a form answers, if it is there and can be answered. */
export const answeredIn = (shown: readonly ShownComment[], parent: string | undefined): ShownComment | undefined =>
  shown.find(({ id, parentId, isDeleted }) => String(id) === parent && parentId === null && !isDeleted);

interface Thread {
  root: ShownComment;
  answers: ShownComment[];
}

/** A page may begin within a thread: its answers stand for themselves then. */
function threads(shown: readonly ShownComment[]): Thread[] {
  const all: Thread[] = [];
  for (const comment of shown) {
    const last = all.at(-1);
    if (last && comment.parentId === last.root.id) last.answers.push(comment);
    else all.push({ root: comment, answers: [] });
  }
  return all;
}

const threadItem = ({ root, answers }: Thread, section: CommentsSection, t: Words): Html =>
  markup`<li>${comment(root, section, t)}
${answers.length > 0 ? markup`<ol>${answers.map((answer) => markup`<li>${comment(answer, section, t)}</li>`)}</ol>` : none}</li>
`;

function comment(each: ShownComment, section: CommentsSection, t: Words): Html {
  const { post, site, render, viewer } = section;
  const { comments: words } = t;
  const { id, author, isGuest, isDeleted, isEdited, content, createdAt, parentId } = each;
  if (isDeleted)
    return markup`<article class="comment" id="comment-${id}"><p class="muted">${words.deleted}</p></article>`;
  const path = `/blog/posts/${encodeURIComponent(post.slug)}`;
  const name = calledIn(section, each);
  // Anybody can call themselves as somebody else does: nobody else has the user name.
  const account = name === author ? none : markup` <span dir="ltr">@${author}</span>`;
  const isAuthor = !isGuest && author === post.author;
  const session = viewer?.session;
  const isOwn = section.own?.has(id) || (session !== undefined && !isGuest && session.name === author);
  const moderates = session?.role !== 'reader' && session?.role !== 'operator' && mayChange(post, session);
  const tools = [
    ...(parentId === null ? [markup`<a href="${path}?answer=${id}#write">${words.answer(name)}</a> `] : []),
    ...(isOwn || moderates ? [markup`<a href="/blog/comments/${id}">${words.change(name)}</a>`] : []),
  ];
  return markup`<article class="comment" id="comment-${id}">
<p class="meta">${face(isGuest ? undefined : section.names.get(author)?.picture)}<b dir="auto">${name}</b>${account}${isGuest ? markup` <span>${words.guest}</span>` : isAuthor ? markup` <span class="of-post">${words.author}</span>` : none} <a href="#comment-${id}">${day(createdAt, site)}</a>${isEdited ? markup` <span>${words.edited}</span>` : none}</p>
<div class="prose"${langAttribute(content)} dir="auto">${trusted(render(content))}</div>
${
  tools.length > 0
    ? markup`<p class="tools">${tools}</p>
`
    : none
}</article>`;
}

/** A guest's name is nobody's account. */
const calledIn = ({ names }: CommentsSection, { isGuest, author }: ShownComment): string =>
  isGuest ? author : (names.get(author)?.name ?? author);

function form(section: CommentsSection, answered: ShownComment | undefined, path: string, t: Words): Html {
  const { site, viewer, notice, form: typed = {} } = section;
  const { comments: words } = t;
  const problem = saidIn(t, section.problem);
  const session = viewer?.session;
  return markup`<form class="write" id="write" method="post" action="${path}/comments" aria-labelledby="write-title">
<h3 id="write-title">${answered ? words.answerTo(markup`<bdi>${calledIn(section, answered)}</bdi>`) : words.write}</h3>
${notice && !problem ? markup`<p class="notice" role="status">${words.notices[notice]}</p>` : none}
${alert(problem)}
${viewer ? hiddenField('csrf', viewer.csrf) : none}${answered ? hiddenField('parent', String(answered.id)) : none}
${answered ? markup`<p><a href="${path}#write">${words.noAnswer}</a></p>` : none}
${session ? markup`<p class="muted">${words.as(markup`<bdi>${section.names.get(session.name)?.name ?? session.name}</bdi>`)}</p>` : guestFields(typed, t, problem)}
${field({ name: 'content', label: words.text, value: typed.content ?? '', rows: 5, hint: words.textHint(maxCharacters) }, problem)}
<p class="website" aria-hidden="true"><label for="website">${words.website}</label> <input id="website" name="website" type="text" tabindex="-1" autocomplete="off"></p>
<p class="actions"><button class="button">${words.send}</button></p>
${session || !takesRegistrations(site) ? none : markup`<p class="muted">${words.orLogIn(linkTo(`/blog/login?next=${encodeURIComponent(path)}`))}</p>`}
</form>`;
}

const guestFields = (
  typed: Partial<CommentForm>,
  { comments: words, fields }: Words,
  problem: SaidProblem | undefined,
): Html =>
  markup`${field({ name: 'name', label: fields.name, value: typed.name ?? '', autocomplete: 'name' }, problem)}
${field({ name: 'email', label: fields.email, type: 'email', value: typed.email ?? '', optional: true, autocomplete: 'email', hint: words.emailHint }, problem)}`;
