import { clientAddress } from '@dormouse/runtime/address';
import type { Env } from '@dormouse/runtime/app';
import { AppError } from '@dormouse/runtime/errors';
import type { Context, Hono } from 'hono';
import { logInPage } from './account-page.ts';
import { isGenuine } from './csrf.ts';
import type { Web } from './dependencies.ts';
import { readForm } from './form.ts';
import { type FormProblem, formProblem, staleSignUp } from './form-problem.ts';
import { joinPage, noInvitationPage } from './join-page.ts';
import type { Sessions } from './session.ts';
import { privately, seeOther, viewer } from './viewer.ts';
import { wordsOf } from './words.ts';

interface Typed {
  username: string;
  display_name: string;
  email: string;
}

/** The page behind the link of an invitation. The code is sent on in forms, and used up by auth when the account is made. */
export function joining(app: Hono<Env>, { accounts, displayNames, people, site }: Web, sessions: Sessions): void {
  const show = async (c: Context, code: string, typed?: Typed, problem?: FormProblem) => {
    const current = await site.current();
    const here = viewer(c, undefined);
    try {
      if (code === '') throw new AppError('not_found', 'Open the link that you were sent.');
      const invitation = await people.lookUp(code, clientAddress(c));
      const { invited_by: by } = invitation;
      const inviter = (await displayNames.of([by])).get(by)?.name ?? by;
      const first = { username: '', display_name: invitation.name ?? '', email: invitation.email ?? '' };
      const page = { site: current, viewer: here, code, invitation, inviter, ...(typed ?? first), problem };
      return privately(c, joinPage(page), problem?.status, problem?.headers);
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500 || error.status === 429) throw error;
      return privately(
        c,
        noInvitationPage(current, here, wordsOf(current.language).errors.said(error.detail)),
        error.status,
      );
    }
  };

  app.get('/blog/join', (c) => show(c, c.req.query('code')?.slice(0, 200) ?? ''));

  app.post('/blog/join', async (c) => {
    const form = await readForm(c);
    const code = form.get('code').slice(0, 200);
    const typed = {
      username: form.get('username'),
      display_name: form.get('display_name').trim(),
      email: form.get('email'),
    };
    if (!isGenuine(c, form)) return show(c, code, typed, staleSignUp);
    const { username, display_name, email } = typed;
    const password = form.get('password');
    try {
      const account = { username, email, password, invitation: code, ...(display_name && { display_name }) };
      await accounts.register(account, clientAddress(c));
    } catch (error) {
      return show(c, code, typed, formProblem(error));
    }
    try {
      await sessions.logIn(c, username, password);
      return seeOther(c, '/blog/');
    } catch {
      // The account is there now: when logging in fails, that is all that is left to do.
      const current = await site.current();
      const page = { site: current, viewer: viewer(c, undefined), next: '/blog/', username };
      return privately(c, logInPage({ ...page, notice: wordsOf(current.language).signing.ready }));
    }
  });
}
