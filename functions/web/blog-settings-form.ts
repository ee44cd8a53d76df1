import type { Env } from '@dormouse/runtime/app';
import { AppError, fail } from '@dormouse/runtime/errors';
import type { Context, Hono } from 'hono';
import { asWriter, isExpired } from './as-writer.ts';
import { isGenuine } from './csrf.ts';
import type { Web } from './dependencies.ts';
import { readFileForm } from './form.ts';
import { type FormProblem, formProblem, stale } from './form-problem.ts';
import { identityOf } from './identity-field.ts';
import { allPages } from './pages.ts';
import type { Session, Sessions } from './session.ts';
import { changeOf, formOf, sentForm, settingsPage } from './settings-page.ts';
import { inItsLanguage } from './site.ts';
import { privately, seeOther, viewer } from './viewer.ts';

const path = '/blog/settings';

/** The administrators' page with the settings of the blog. auth decides who is one; a form that it refuses comes back as it was typed. */
export function blogSettings(app: Hono<Env>, { blogSettings, site, pages, pictures }: Web, sessions: Sessions): void {
  const asAdministrator = (c: Context, handle: (session: Session) => Promise<Response>) =>
    asWriter(c, sessions, (session) =>
      session.role === 'admin' ? handle(session) : fail('forbidden', 'Only administrators change the settings.'),
    );

  app.get(path, (c) =>
    asAdministrator(c, async (session) => {
      const [current, { settings, etag }] = await Promise.all([site.current(), blogSettings.read()]);
      const saved = c.req.query('saved') !== undefined;
      const shown = { site: current, viewer: viewer(c, session), form: formOf(inItsLanguage(settings)), etag, saved };
      return privately(c, settingsPage(shown));
    }),
  );

  app.post(path, async (c) => {
    const sent = await readFileForm(c);
    let form = sentForm(sent);
    return asAdministrator(c, async (session) => {
      const again = async (problem: FormProblem, etag = sent.get('etag')) => {
        const shown = { site: await site.current(), viewer: viewer(c, session), form, etag, problem };
        return privately(c, settingsPage(shown), problem.status, problem.headers);
      };
      if (!isGenuine(c, sent)) return again(stale);
      try {
        // They stay in the form when it comes back: a file cannot.
        form = { ...form, ...(await identityOf(sent, pictures, session.token)) };
      } catch (error) {
        if (isExpired(error)) throw error;
        return again(formProblem(error));
      }
      try {
        await blogSettings.change(changeOf(form), sent.get('etag'), session.token);
      } catch (error) {
        if (isExpired(error)) throw error;
        if (error instanceof AppError && error.code === 'precondition_failed')
          return again(
            formProblem(error, ({ problems }) => problems.settingsChanged),
            (await blogSettings.read()).etag,
          );
        return again(formProblem(error));
      }
      await site.purge();
      await pages.purge(allPages);
      return seeOther(c, `${path}?saved`);
    });
  });
}
