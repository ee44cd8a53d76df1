import { clientAddress } from '@dormouse/runtime/address';
import type { Env } from '@dormouse/runtime/app';
import { AppError } from '@dormouse/runtime/errors';
import { header } from '@dormouse/runtime/request';
import type { Context, Hono } from 'hono';
import { logInPage } from './account-page.ts';
import type { Granted, Proof } from './accounts.ts';
import { type NewAccountForm, newAccountPage, secondFactorLogInPage } from './continue-page.ts';
import { readCookie, writeCookie } from './cookies.ts';
import { isGenuine } from './csrf.ts';
import type { Web } from './dependencies.ts';
import { type Form, readForm } from './form.ts';
import { type FormProblem, formProblem, staleSignUp } from './form-problem.ts';
import { editorPolicy } from './headers.ts';
import { localPath } from './local-path.ts';
import type { Sessions } from './session.ts';
import { privately, seeOther, viewer } from './viewer.ts';

const path = '/blog/login/continue';

/**
 * Where auth sends browsers that come back from a provider: a session begins, or what it lacks is asked for. What the provider said lies with
 * auth, under the secret of a cookie.
 */
export function continuing(app: Hono<Env>, { accounts, providers, site }: Web, sessions: Sessions): void {
  const begin = async (c: Context, granted: Granted, proof: Proof): Promise<Response> => {
    await sessions.enter(c, granted);
    writeCookie(c, 'signIn', '', 0);
    return seeOther(c, localPath(proof.next));
  };

  const showNewAccount = async (c: Context, proof: Proof, form?: NewAccountForm, problem?: FormProblem) => {
    const page = {
      site: await site.current(),
      viewer: viewer(c, undefined),
      proof,
      form: form ?? suggested(proof),
      problem,
    };
    return privately(c, newAccountPage(page), problem?.status, problem?.headers);
  };

  /** Logs in, and asks for a code where the account wants one. @param typed the code, once it was asked for */
  const logIn = async (c: Context, ticket: string, proof: Proof, typed?: string): Promise<Response> => {
    try {
      return await begin(
        c,
        await accounts.logInByProof(ticket, clientAddress(c), header(c, 'user-agent'), typed),
        proof,
      );
    } catch (error) {
      const refused = formProblem(error);
      if (refused.status === 404) throw error;
      const shown = { site: await site.current(), viewer: viewer(c, undefined), next: localPath(proof.next) };
      if (refused.errors.code === undefined && typed === undefined)
        return privately(c, logInPage({ ...shown, providers, problem: refused }), refused.status, {
          ...refused.headers,
          'content-security-policy': editorPolicy,
        });
      const problem = typed === undefined ? undefined : refused;
      return privately(c, secondFactorLogInPage({ ...shown, problem }), problem?.status, problem?.headers);
    }
  };

  const withProof = async (c: Context, act: (ticket: string, proof: Proof) => Promise<Response>): Promise<Response> => {
    const ticket = readCookie(c, 'signIn');
    try {
      if (!ticket) throw new AppError('not_found', 'Nothing was begun.');
      return await act(ticket, await accounts.lookUpProof(ticket, clientAddress(c)));
    } catch (error) {
      if (!(error instanceof AppError) || error.status !== 404) throw error;
      writeCookie(c, 'signIn', '', 0);
      return seeOther(c, '/blog/login?provider=again');
    }
  };

  app.get(path, (c) =>
    withProof(c, async (ticket, proof) => {
      if (proof.linking) return seeOther(c, '/blog/account/link');
      return proof.known ? logIn(c, ticket, proof) : showNewAccount(c, proof);
    }),
  );

  app.post(path, async (c) => {
    const form = await readForm(c);
    return withProof(c, async (ticket, proof) => {
      if (proof.known) {
        if (isGenuine(c, form)) return logIn(c, ticket, proof, form.get('code'));
        const shown = { site: await site.current(), viewer: viewer(c, undefined), next: '/blog/' };
        return privately(c, secondFactorLogInPage({ ...shown, problem: staleSignUp }), staleSignUp.status);
      }
      const typed = typedIn(form);
      if (!isGenuine(c, form)) return showNewAccount(c, proof, typed, staleSignUp);
      const { username, email, display_name, invitation } = typed;
      const account = { username, email, ...(display_name && { display_name }), ...(invitation && { invitation }) };
      try {
        const agent = header(c, 'user-agent');
        return await begin(c, await accounts.registerByProof(ticket, account, clientAddress(c), agent), proof);
      } catch (error) {
        return showNewAccount(c, proof, typed, formProblem(error));
      }
    });
  });
}

const suggested = ({ suggestion }: Proof): NewAccountForm => ({
  username: suggestion.username ?? '',
  display_name: suggestion.display_name ?? '',
  email: suggestion.email ?? '',
  invitation: '',
});

const typedIn = (form: Form): NewAccountForm => ({
  username: form.get('username'),
  display_name: form.get('display_name').trim(),
  email: form.get('email'),
  invitation: form.get('invitation').trim(),
});
