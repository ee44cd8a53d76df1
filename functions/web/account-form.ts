import type { Context } from 'hono';
import { logInPage } from './account-page.ts';
import { isGenuine } from './csrf.ts';
import { type Form, readForm } from './form.ts';
import { type FormProblem, formProblem, staleSignUp } from './form-problem.ts';
import type { Viewer } from './layout.ts';
import { localPath } from './local-path.ts';
import type { Sessions } from './session.ts';
import type { Site, SiteSettings } from './site.ts';
import { privately, seeOther, viewer } from './viewer.ts';
import { wordsOf } from './words.ts';

/** What the page of a form about accounts is shown with. */
interface ShownForm {
  site: SiteSettings;
  viewer: Viewer;
  next: string;
  problem?: FormProblem;
  username: string;
  email: string;
  token: string;
}

/** Does what a form asks and goes on to its `next`; or shows it again with what was typed, passwords excepted, and why. */
export async function respondWithForm(
  c: Context,
  site: Site,
  page: (shown: ShownForm) => string,
  act: (form: Form) => Promise<Response | undefined>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const form = await readForm(c);
  const next = localPath(form.get('next'));
  const again = async (problem: FormProblem) => {
    const shown = {
      site: await site.current(),
      viewer: viewer(c, undefined),
      next,
      problem,
      username: form.get('username'),
      email: form.get('email'),
      token: form.get('token'),
    };
    return privately(c, page(shown), problem.status, { ...problem.headers, ...headers });
  };
  if (!isGenuine(c, form)) return again(staleSignUp);
  try {
    return (await act(form)) ?? seeOther(c, next);
  } catch (error) {
    return again(formProblem(error));
  }
}

/**
 * Logs in after an account was made or has a new password. When logging in fails, that is all that is left to do: the page for it, with a notice.
 * @returns undefined where it has logged in
 */
export function logInAfterwards(site: Site, sessions: Sessions) {
  return async (c: Context, username: string, password: string, next: string): Promise<Response | undefined> => {
    try {
      await sessions.logIn(c, username, password);
      return undefined;
    } catch {
      const current = await site.current();
      const notice = wordsOf(current.language).signing.ready;
      return privately(c, logInPage({ site: current, viewer: viewer(c, undefined), next, username, notice }));
    }
  };
}
