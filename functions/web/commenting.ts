import { clientAddress } from '@dormouse/runtime/address';
import type { Env } from '@dormouse/runtime/app';
import { AppError, fail } from '@dormouse/runtime/errors';
import type { Context, Hono } from 'hono';
import { asWriter, isExpired } from './as-writer.ts';
import { commentPage } from './comment-page.ts';
import { commentTokens, keepCommentToken } from './comment-tokens.ts';
import type { Commenter, Decision, NewComment } from './comments.ts';
import { type CommentsPage, commentsPage } from './comments-page.ts';
import type { CommentForm } from './comments-section.ts';
import { isGenuine } from './csrf.ts';
import type { Web } from './dependencies.ts';
import { type Form, readForm } from './form.ts';
import { expired, type FormProblem, formProblem, stale } from './form-problem.ts';
import { allPages } from './pages.ts';
import type { PostWithProblem } from './reading.ts';
import type { Session, Sessions } from './session.ts';
import { privately, seeOther, viewer, viewerOf } from './viewer.ts';
import { type Act, onWritersForm } from './writers-form.ts';

const path = '/blog/comments';
const decisions = ['published', 'held', 'spam'] as const;

/** Writing, changing and moderating comments, by forms. comments decides who may. @param showPost a post's page, with a form that came back */
export function commenting(
  app: Hono<Env>,
  { commenting: comments, comments: shown, posts, pages, site }: Web,
  sessions: Sessions,
  showPost: PostWithProblem,
): void {
  const render = async () => (await import('./comment-markdown.ts')).renderComment;

  app.post('/blog/posts/:slug/comments', async (c) => {
    const form = await readForm(c);
    const slug = c.req.param('slug');
    const session = await sessions.of(c);
    const typed = typedIn(form);
    const again = (problem: FormProblem) => showPost(c, slug, session, { form: typed, problem });
    // A guest's form has no authority that another site could use; whose page is kept for everybody has no token either.
    if (session && !isGenuine(c, form)) return again(stale);
    try {
      const found = await posts.bySlug(slug, session?.token);
      if ('moved' in found) return fail('not_found', 'There is no such post.');
      const by = { token: session?.token };
      const { id, isShown, token } = await comments.write(
        found.post.id,
        inputOf(form, typed, session),
        by,
        clientAddress(c),
      );
      if (token) keepCommentToken(c, id, token);
      const back = `/blog/posts/${encodeURIComponent(slug)}`;
      if (!isShown) return seeOther(c, `${back}?comment=held#write`);
      await pages.purge(allPages);
      // Behind the first page: from its thread on.
      const thread = Number(typed.parent) || id;
      const isFirst = (await shown.of(found.post.id))?.comments.some((each) => each.id === id) ?? true;
      return seeOther(c, `${back}${isFirst ? '' : `?comments=${thread}-${thread}`}#comment-${id}`);
    } catch (error) {
      if (isExpired(error)) return again(expired);
      if (error instanceof AppError && error.code === 'not_found') throw error;
      return again(formProblem(error));
    }
  });

  const showQueue = async (c: Context, session: Session, more: Partial<CommentsPage> = {}) => {
    const status = statusIn(more.status ?? c.req.query('status'));
    const isEditor = session.role === 'editor' || session.role === 'admin';
    const [current, found, words, blocked, rendered] = await Promise.all([
      site.current(),
      comments.queue(status, c.req.query('after')?.slice(0, 512) || undefined, session.token),
      isEditor ? comments.words(session.token) : [],
      isEditor ? comments.blocked(session.token) : [],
      render(),
    ]);
    const page: CommentsPage = {
      site: current,
      viewer: viewer(c, session),
      status,
      ...found,
      render: rendered,
      editors: isEditor ? { words: words.join('\n'), blocked } : undefined,
      ...more,
    };
    return privately(c, commentsPage(page), more.problem?.status, more.problem?.headers);
  };

  const asModerator = (c: Context, handle: (session: Session) => Promise<Response>) =>
    asWriter(c, sessions, (session) =>
      session.role === 'reader' || session.role === 'operator'
        ? fail('forbidden', 'Authors and editors moderate comments.')
        : handle(session),
    );

  /** Does what a form of the queue asks; what is refused is said on the page. */
  const onForm = (c: Context, act: Act) =>
    onWritersForm(
      c,
      asModerator,
      (session, problem, form) => showQueue(c, session, { status: statusIn(form.get('status')), problem }),
      act,
    );

  /** What a button asks of a comment. @returns what was done */
  const act = async (form: Form, id: number, by: Commenter): Promise<'decided' | 'deleted' | 'blocked'> => {
    const action = form.get('action');
    const read = { version: versionIn(form), etag: form.get('etag') };
    if (action === 'delete') {
      await comments.remove(id, by, read);
      return 'deleted';
    }
    if (action === 'block') {
      await comments.block(id, by.token ?? '');
      return 'blocked';
    }
    await comments.decide(id, statusIn(action), by.token ?? '', read);
    return 'decided';
  };

  app.get(path, (c) =>
    asModerator(c, (session) =>
      showQueue(c, session, { notice: notices.find((name) => c.req.query(name) !== undefined) }),
    ),
  );
  app.post(`${path}/:id{[0-9]+}/decide`, (c) =>
    onForm(c, async (form, session) => {
      const done = await act(form, Number(c.req.param('id')), session);
      await pages.purge(allPages);
      return seeOther(c, `${path}?status=${statusIn(form.get('status'))}&${done}`);
    }),
  );
  app.post(`${path}/words`, (c) =>
    onForm(c, async (form, session) => {
      const words = form
        .get('words')
        .split('\n')
        .map((word) => word.trim())
        .filter((word) => word !== '');
      await comments.changeWords(words, session.token);
      return seeOther(c, `${path}?saved`);
    }),
  );
  app.post(`${path}/blocked/:id{[0-9]+}`, (c) =>
    onForm(c, async (_, session) => {
      await comments.unblock(Number(c.req.param('id')), session.token);
      return seeOther(c, `${path}?unblocked`);
    }),
  );

  /** Who asks for a comment by itself. */
  const askingFor = async (c: Context, id: number): Promise<{ session: Session | undefined; by: Commenter }> => {
    const session = await sessions.of(c);
    return { session, by: { token: session?.token, commentToken: commentTokens(c).get(id) } };
  };
  const showComment = async (c: Context, id: number, problem?: FormProblem, typed?: string) => {
    const { session, by } = await askingFor(c, id);
    const [{ comment, etag }, current, rendered] = await Promise.all([comments.read(id, by), site.current(), render()]);
    const isOwn = comment.is_guest ? by.commentToken !== undefined : session?.name === comment.author;
    const isEditor = session?.role === 'editor' || session?.role === 'admin';
    // Whose post it is the function knows: an author may try, and is told.
    const moderates = isEditor || (session?.role === 'author' && !isOwn);
    if (!isOwn && !moderates) fail('forbidden', 'This comment is somebody else’s.');
    const page = {
      site: current,
      viewer: await viewerOf(c, sessions),
      comment,
      etag,
      html: rendered(comment.content),
      ...(isOwn && { content: typed ?? comment.content }),
      moderates,
      back: moderates ? path : '/blog/',
      problem,
    };
    return privately(c, commentPage(page), problem?.status, problem?.headers);
  };
  app.get(`${path}/:id{[0-9]+}`, (c) => showComment(c, Number(c.req.param('id'))));
  app.post(`${path}/:id{[0-9]+}`, async (c) => {
    const form = await readForm(c);
    const id = Number(c.req.param('id'));
    if (!isGenuine(c, form)) return showComment(c, id, stale, form.get('content'));
    try {
      const { by } = await askingFor(c, id);
      const action = form.get('action');
      if (action === 'save') await comments.change(id, form.get('content'), by, { etag: form.get('etag') });
      else await act(form, id, by);
      await pages.purge(allPages);
      return seeOther(c, action === 'save' ? `${path}/${id}` : '/blog/');
    } catch (error) {
      const isChanged = error instanceof AppError && error.code === 'precondition_failed';
      const problem = formProblem(error, isChanged ? ({ problems }) => problems.commentChanged : undefined);
      return showComment(c, id, problem, form.get('content'));
    }
  });
}

const notices = ['decided', 'deleted', 'blocked', 'unblocked', 'saved'] as const;

const statusIn = (text: string | undefined): Decision => decisions.find((each) => each === text) ?? 'held';

const versionIn = (form: Form): number | undefined =>
  /^[1-9]\d{0,14}$/.test(form.get('version')) ? Number(form.get('version')) : undefined;

const typedIn = (form: Form): CommentForm => ({
  content: form.get('content'),
  name: form.get('name').trim(),
  email: form.get('email').trim(),
  parent: form.get('parent'),
});

function inputOf(form: Form, { content, name, email, parent }: CommentForm, session: Session | undefined): NewComment {
  return {
    content,
    ...(/^\d{1,15}$/.test(parent) && { parent_id: Number(parent) }),
    ...(form.get('website') && { website: form.get('website').slice(0, 2000) }),
    ...(!session && { name, ...(email && { email }) }),
  };
}
