import { clientAddress } from '@dormouse/runtime/address';
import type { Env } from '@dormouse/runtime/app';
import { AppError } from '@dormouse/runtime/errors';
import type { Context, Hono } from 'hono';
import { firstLanguage } from './accept-language.ts';
import type { Settings } from './blog-settings.ts';
import { isGenuine } from './csrf.ts';
import type { Web } from './dependencies.ts';
import { readForm } from './form.ts';
import { type FormProblem, formProblem, stale } from './form-problem.ts';
import { allPages } from './pages.ts';
import type { Sessions } from './session.ts';
import { type SetupPage, setupPage } from './setup-page.ts';
import { privately, seeOther, viewer, viewerOf } from './viewer.ts';

/** The first minute of a blog. Its page is opened by a link with a one-time code, which auth checks. */
export function settingUp(app: Hono<Env>, { blogSettings, site, pages }: Web, sessions: Sessions): void {
  const show = async (c: Context, page: Omit<SetupPage, 'site' | 'viewer'>, status?: number) => {
    const current = await site.current();
    // Nobody has said yet which language the blog has, and nobody keeps this page: the browser is asked.
    const shownSite = current.set_up ? current : { ...current, language: firstLanguage(c) };
    const shown = { ...page, site: shownSite, viewer: await viewerOf(c, sessions) };
    return privately(c, setupPage(shown), status, page.problem?.headers);
  };

  app.get('/setup', (c) =>
    show(c, { ...blank, language: firstLanguage(c), code: c.req.query('code')?.slice(0, 200) ?? '' }),
  );

  app.post('/setup', async (c) => {
    const form = await readForm(c);
    const typed = {
      code: form.get('code'),
      title: form.get('title'),
      // A form of before it was asked for means English, as it did then.
      language: form.get('language') || 'en',
      username: form.get('username'),
      email: form.get('email'),
      registration: form.get('registration'),
    };
    const again = (problem: FormProblem) => show(c, { ...typed, problem }, problem.status);
    if (!isGenuine(c, form)) return again(stale);
    const password = form.get('password');
    const registration = typed.registration as Settings['registration'];
    let username: string;
    try {
      username = await blogSettings.setUp({ ...typed, registration, password }, clientAddress(c));
    } catch (error) {
      const isTaken = error instanceof AppError && error.code === 'conflict' && !error.errors;
      if (!isTaken) return again(formProblem(error));
      // Somebody was faster, or the button was pressed twice: the page says what is next.
      await site.purge();
      return seeOther(c, '/setup');
    }
    await site.purge();
    await pages.purge(allPages);
    // The account is there now: when logging in fails, the page says so.
    await sessions.logIn(c, username, password).catch(() => viewer(c, undefined));
    return seeOther(c, '/setup');
  });
}

const blank = { title: '', username: '', email: '', registration: 'invitation' };
