import type { Env } from '@dormouse/runtime/app';
import { AppError } from '@dormouse/runtime/errors';
import type { Hono } from 'hono';
import { asWriter } from './as-writer.ts';
import { isGenuine } from './csrf.ts';
import { currentPost, editablePost } from './current-post.ts';
import { deletePage } from './delete-page.ts';
import { deletedPath } from './deleted-page.ts';
import type { Web } from './dependencies.ts';
import { readForm } from './form.ts';
import { type FormProblem, formProblem, stale } from './form-problem.ts';
import { forgetInNavigation } from './page-navigation.ts';
import { allPages } from './pages.ts';
import type { Sessions } from './session.ts';
import { privately, seeOther, viewer } from './viewer.ts';

/** Deleting a post: the page that asks whether, and its form. */
export function deleting(app: Hono<Env>, { posts, pages, site, blogSettings }: Web, sessions: Sessions): void {
  app.get('/blog/posts/:slug/delete', (c) =>
    asWriter(c, sessions, async (session) =>
      privately(
        c,
        deletePage(await site.current(), await editablePost(posts, c.req.param('slug'), session), viewer(c, session)),
      ),
    ),
  );
  app.post('/blog/posts/:slug/delete', async (c) => {
    const form = await readForm(c);
    return asWriter(c, sessions, async (session) => {
      const again = async (problem: FormProblem) =>
        privately(
          c,
          deletePage(
            await site.current(),
            await currentPost(posts, c.req.param('slug'), session.token),
            viewer(c, session),
            problem,
          ),
          problem.status,
          problem.headers,
        );
      if (!isGenuine(c, form)) return again(stale);
      let done = deletedPath;
      try {
        await posts.remove(Number(form.get('id')), form.get('etag'), session.token);
        done = `${deletedPath}?just=${Number(form.get('id'))}`;
        await forgetInNavigation(
          { blogSettings, site },
          `/blog/posts/${encodeURIComponent(c.req.param('slug'))}`,
          session,
        );
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        if (error.code === 'precondition_failed')
          return again(formProblem(error, ({ problems }) => problems.changedBeforeDelete));
        // Pressed twice: it is gone, as was asked for.
        if (error.code !== 'not_found') throw error;
      }
      await pages.purge(allPages);
      return seeOther(c, done);
    });
  });
}
