import type { Env } from '@dormouse/runtime/app';
import { AppError, fail } from '@dormouse/runtime/errors';
import type { Context, Hono } from 'hono';
import { asWriter } from './as-writer.ts';
import { isGenuine } from './csrf.ts';
import { editablePost } from './current-post.ts';
import type { Web } from './dependencies.ts';
import { readForm } from './form.ts';
import { type FormProblem, formProblem, stale } from './form-problem.ts';
import { allPages } from './pages.ts';
import type { FullRevision } from './posts.ts';
import { revisionsPage } from './revisions-page.ts';
import type { Session, Sessions } from './session.ts';
import { privately, seeOther, viewer } from './viewer.ts';

/** The versions of a post, and bringing one back. */
export function revising(app: Hono<Env>, { posts, pages, site, displayNames }: Web, sessions: Sessions): void {
  const show = async (
    c: Context<Env, '/blog/posts/:slug/revisions'>,
    session: Session,
    version: string,
    problem?: FormProblem,
  ) => {
    const current = await editablePost(posts, c.req.param('slug'), session);
    const [revisions, chosen, settings] = await Promise.all([
      posts.revisions(current.post.id, session.token),
      version ? chosenOf(current.post.id, version, session.token) : undefined,
      site.current(),
    ]);
    const names = await displayNames.of(revisions.map(({ editor }) => editor));
    const html = revisionsPage({
      site: settings,
      current,
      revisions,
      names,
      chosen,
      viewer: viewer(c, session),
      problem,
    });
    return privately(c, html, problem?.status, problem?.headers);
  };
  const chosenOf = (id: number, version: string, token: string): Promise<FullRevision> =>
    /^[1-9]\d{0,8}$/.test(version)
      ? posts.revision(id, Number(version), token)
      : fail('not_found', 'There is no such version.');

  app.get('/blog/posts/:slug/revisions', (c) =>
    asWriter(c, sessions, (session) => show(c, session, c.req.query('version') ?? '')),
  );
  app.post('/blog/posts/:slug/revisions', async (c) => {
    const form = await readForm(c);
    const version = form.get('version');
    return asWriter(c, sessions, async (session) => {
      if (!isGenuine(c, form)) return show(c, session, version, stale);
      const { post } = await editablePost(posts, c.req.param('slug'), session);
      const { title, content } = await chosenOf(post.id, version, session.token);
      const { category, tags, kind, lang, cover, cover_alt, status } = post;
      const input = {
        title,
        content,
        category_name: category.name,
        tags: [...tags],
        kind,
        lang,
        cover,
        cover_alt,
        summary: undefined,
        slug: undefined,
        featured: undefined,
        status,
        published_at: undefined,
        date: undefined,
      };
      try {
        const { post: restored } = await posts.update(post.id, input, form.get('etag'), session.token);
        await pages.purge(allPages);
        return seeOther(c, `/blog/posts/${encodeURIComponent(restored.slug)}`);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'precondition_failed') throw error;
        return show(
          c,
          session,
          version,
          formProblem(error, ({ problems }) => problems.changedBeforeRestore),
        );
      }
    });
  });
}
