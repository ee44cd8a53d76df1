import { randomUUID } from 'node:crypto';
import type { Env } from '@dormouse/runtime/app';
import { AppError, fail } from '@dormouse/runtime/errors';
import type { Context, Hono } from 'hono';
import { renderArticle } from './articles.ts';
import { isGenuine } from './csrf.ts';
import { deletePage } from './delete-page.ts';
import type { Web } from './dependencies.ts';
import { draftsPage } from './drafts-page.ts';
import { type EditorPage, editorPage, type Writing } from './editor-page.ts';
import { type Form, readForm } from './form.ts';
import { type FormProblem, formProblem } from './form-problem.ts';
import { mayChange } from './may-change.ts';
import { allPages } from './pages.ts';
import type { Post, PostInput, Versioned } from './posts.ts';
import type { Session, Sessions } from './session.ts';
import { privately, seeOther, toLogIn, viewer } from './viewer.ts';

const perPage = 20;

/** Writing, editing, deleting. A form that cannot be done comes back with every word that was typed. */
export function writing(
  app: Hono<Env>,
  { posts, categories, pages, newKey = randomUUID }: Web,
  sessions: Sessions,
): void {
  const knownCategories = () => categories.all().catch(() => []);

  const show = async (
    c: Context,
    page: Omit<EditorPage, 'categories' | 'viewer'>,
    session: Session | undefined,
  ): Promise<Response> => {
    const { problem } = page;
    const html = editorPage({ ...page, categories: await knownCategories(), viewer: viewer(c, session) });
    return privately(c, html, problem?.status, problem?.headers);
  };

  /** A post and its version, under the slug it has now. */
  const current = async (slug: string, token: string): Promise<Versioned> => {
    const found = await posts.bySlug(slug, token);
    if (!('moved' in found)) return found;
    const moved = await posts.bySlug(found.moved, token);
    return 'moved' in moved ? fail('not_found', 'There is no such post.') : moved;
  };

  /** Answers for somebody who is logged in; others log in first. */
  const asWriter = async (c: Context, handle: (session: Session) => Promise<Response>): Promise<Response> => {
    const session = await sessions.of(c);
    if (!session) return toLogIn(c);
    try {
      return await handle(session);
    } catch (error) {
      if (!isExpired(error)) throw error;
      sessions.forget(c);
      return toLogIn(c);
    }
  };

  const mayEdit = (found: Versioned, session: Session): Versioned =>
    mayChange(found.post, session) ? found : fail('forbidden', 'Only its author and the editors can change this post.');

  /** What the editor's form asks for: a preview, or saving by `save`. */
  const respondWithEditor = async (
    c: Context,
    action: string,
    save: (text: Writing, session: Session) => Promise<Post>,
  ): Promise<Response> => {
    const form = await readForm(c);
    const text = writingOf(form);
    let session: Session | undefined;
    try {
      if (!isGenuine(c, form)) return await show(c, { writing: text, action, problem: stale }, undefined);
      session = form.get('password')
        ? await sessions.logIn(c, form.get('username'), form.get('password'))
        : await sessions.of(c);
      if (!session)
        return await show(
          c,
          { writing: text, action, problem: expired, logIn: { username: form.get('username') } },
          undefined,
        );
      if (form.get('action') === 'preview')
        return await show(c, { writing: text, action, preview: await renderArticle(text.content) }, session);
      const post = await save(text, session);
      await pages.purge(allPages);
      return seeOther(c, `/blog/posts/${encodeURIComponent(post.slug)}`);
    } catch (error) {
      return show(c, { action, ...(await notSaved(c, error, text, form, session)) }, session);
    }
  };

  /** What to show when saving failed. */
  const notSaved = async (
    c: Context,
    error: unknown,
    text: Writing,
    form: Form,
    session: Session | undefined,
  ): Promise<Omit<EditorPage, 'action' | 'categories' | 'viewer'> & { action?: string }> => {
    const code = error instanceof AppError ? error.code : undefined;
    if (isExpired(error)) {
      const problem = form.get('password') ? formProblem(error) : expired;
      if (session) sessions.forget(c);
      return { writing: text, problem, logIn: { username: form.get('username') || (session?.name ?? '') } };
    }
    if (code === 'precondition_failed' && session) {
      const theirs = await current(c.req.param('slug') ?? '', session.token).catch(() => undefined);
      if (theirs)
        return {
          writing: { ...text, etag: theirs.etag },
          theirs: theirs.post,
          problem: formProblem(
            error,
            'Somebody changed this post while you were writing. Nothing is lost: both versions are here.',
          ),
        };
    }
    // What it would have replaced is gone; the text can still become a post of its own.
    if (code === 'not_found')
      return {
        writing: { ...text, id: 0, etag: '', key: newKey() },
        action: '/blog/new',
        problem: formProblem(
          error,
          'This post has been deleted meanwhile. Your text is still here: saving makes a new post of it.',
        ),
      };
    if (code === 'idempotency_mismatch')
      return {
        writing: { ...text, key: newKey() },
        problem: formProblem(
          error,
          'An earlier text of this form was saved already. Look at your posts first: saving again makes a second one.',
        ),
      };
    // A rejected text was not stored, so the corrected one needs a new key; after any other failure that is unknown, and the same key prevents a duplicate.
    return { writing: code === 'invalid' ? { ...text, key: newKey() } : text, problem: formProblem(error) };
  };

  app.get('/blog/new', (c) =>
    asWriter(c, async (session) => show(c, { writing: { ...blank, key: newKey() }, action: '/blog/new' }, session)),
  );
  app.post('/blog/new', (c) =>
    respondWithEditor(c, '/blog/new', (text, session) =>
      posts.create(inputOf(text), text.key || newKey(), session.token),
    ),
  );

  app.get('/blog/posts/:slug/edit', (c) =>
    asWriter(c, async (session) => {
      const { post, etag } = mayEdit(await current(c.req.param('slug'), session.token), session);
      const { id, title, content, status } = post;
      return show(
        c,
        {
          writing: { id, title, content, status, category_name: post.category.name, etag, key: '' },
          action: editPath(post.slug),
        },
        session,
      );
    }),
  );
  app.post('/blog/posts/:slug/edit', (c) =>
    respondWithEditor(c, editPath(c.req.param('slug')), (text, session) =>
      posts.update(text.id, inputOf(text), text.etag, session.token),
    ),
  );

  app.get('/blog/posts/:slug/delete', (c) =>
    asWriter(c, async (session) =>
      privately(c, deletePage(mayEdit(await current(c.req.param('slug'), session.token), session), viewer(c, session))),
    ),
  );
  app.post('/blog/posts/:slug/delete', async (c) => {
    const form = await readForm(c);
    return asWriter(c, async (session) => {
      const again = async (problem: FormProblem) =>
        privately(
          c,
          deletePage(await current(c.req.param('slug'), session.token), viewer(c, session), problem),
          problem.status,
          problem.headers,
        );
      if (!isGenuine(c, form)) return again(stale);
      try {
        await posts.remove(Number(form.get('id')), form.get('etag'), session.token);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        if (error.code === 'precondition_failed')
          return again(
            formProblem(
              error,
              'This post was changed after you had opened this page. Look at it again before you delete it.',
            ),
          );
        // Pressed twice: it is gone, as was asked for.
        if (error.code !== 'not_found') throw error;
      }
      await pages.purge(allPages);
      return seeOther(c, '/blog/');
    });
  });

  app.get('/blog/drafts', (c) =>
    asWriter(c, async (session) => {
      const after = c.req.query('after');
      const drafts = await posts.list(
        { limit: perPage, author: session.name, status: 'draft', ...(after && { after }) },
        session.token,
      );
      return privately(c, draftsPage(drafts, viewer(c, session)));
    }),
  );
}

const blank: Writing = { title: '', content: '', category_name: '', status: 'draft', key: '', id: 0, etag: '' };
const editPath = (slug: string): string => `/blog/posts/${encodeURIComponent(slug)}/edit`;
const isExpired = (error: unknown): boolean => error instanceof AppError && error.status === 401;

const expired: FormProblem = {
  status: 401,
  alert: 'You have been logged out meanwhile. Nothing is lost: log in here, then press the button again.',
  errors: {},
  headers: {},
};
const stale: FormProblem = {
  status: 403,
  alert:
    'This form was older than your session, or your browser keeps no cookies. Nothing is lost: press the button again.',
  errors: {},
  headers: {},
};

function writingOf(form: Form): Writing {
  const status =
    form.get('action') === 'draft' || form.get('action') === 'published' ? form.get('action') : form.get('status');
  return {
    title: form.get('title'),
    content: form.get('content'),
    category_name: form.get('category_name'),
    status: status === 'published' ? 'published' : 'draft',
    key: form.get('key').slice(0, 100),
    id: /^\d{1,15}$/.test(form.get('id')) ? Number(form.get('id')) : 0,
    etag: form.get('etag').slice(0, 200),
  };
}

const inputOf = ({ title, content, category_name, status }: Writing): PostInput => ({
  title,
  content,
  category_name,
  status,
});
