import type { Env } from '@dormouse/runtime/app';
import { AppError } from '@dormouse/runtime/errors';
import type { Context, Hono } from 'hono';
import { asWriter } from './as-writer.ts';
import { isGenuine } from './csrf.ts';
import { deletedPage, deletedPath } from './deleted-page.ts';
import type { Web } from './dependencies.ts';
import { readForm } from './form.ts';
import { type FormProblem, formProblem, stale } from './form-problem.ts';
import { allPages } from './pages.ts';
import type { Session, Sessions } from './session.ts';
import { privately, seeOther, viewer } from './viewer.ts';

/** What was deleted and can be restored: the list and its forms. */
export function restoring(app: Hono<Env>, web: Web, sessions: Sessions): void {
  const { posts, pages, site, displayNames, now = Date.now } = web;
  const show = async (c: Context, session: Session, problem?: FormProblem) => {
    const after = c.req.query('after')?.slice(0, 512);
    const [listing, settings] = await Promise.all([posts.deleted(after, session.token), site.current()]);
    const names = await displayNames.of(listing.posts.flatMap(({ author, deleted_by }) => [author, deleted_by]));
    const just = Number(c.req.query('just'));
    const page = {
      site: settings,
      listing,
      names,
      just,
      first: !after,
      viewer: viewer(c, session),
      now: now(),
      problem,
    };
    return privately(c, deletedPage(page), problem?.status, problem?.headers);
  };

  app.get(deletedPath, (c) => asWriter(c, sessions, (session) => show(c, session)));
  app.post(deletedPath, async (c) => {
    const form = await readForm(c);
    return asWriter(c, sessions, async (session) => {
      if (!isGenuine(c, form)) return show(c, session, stale);
      const id = Number(form.get('id'));
      try {
        if (form.get('action') === 'forget') {
          await posts.forget(id, session.token);
          return seeOther(c, deletedPath);
        }
        const restored = await posts.restore(id, session.token);
        await pages.purge(allPages);
        return seeOther(c, `/blog/posts/${encodeURIComponent(restored.slug)}`);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'not_found') throw error;
        return show(
          c,
          session,
          formProblem(error, ({ deleted }) => deleted.notThere),
        );
      }
    });
  });
}
