import { clientAddress } from '@dormouse/runtime/address';
import type { Env } from '@dormouse/runtime/app';
import type { Hono } from 'hono';
import { passwordPage } from './account-page.ts';
import { asWriter, isExpired } from './as-writer.ts';
import { isGenuine } from './csrf.ts';
import type { Web } from './dependencies.ts';
import { readForm } from './form.ts';
import { type FormProblem, formProblem, stale } from './form-problem.ts';
import type { Sessions } from './session.ts';
import { privately, seeOther, toLogIn, viewer } from './viewer.ts';

/** The account's page: changing the password. It ends every session, so that a new one begins here. */
export function account(app: Hono<Env>, { accounts, site }: Web, sessions: Sessions): void {
  app.get('/blog/account', (c) =>
    asWriter(c, sessions, async (session) => {
      const notice = c.req.query('changed') === undefined ? {} : { notice: 'Your password is changed.' };
      return privately(
        c,
        passwordPage({ site: await site.current(), viewer: viewer(c, session), next: '/blog/account', ...notice }),
      );
    }),
  );

  app.post('/blog/account', async (c) => {
    const form = await readForm(c);
    return asWriter(c, sessions, async (session) => {
      const again = async (problem: FormProblem) => {
        const page = passwordPage({
          site: await site.current(),
          viewer: viewer(c, session),
          next: '/blog/account',
          problem,
        });
        return privately(c, page, problem.status, problem.headers);
      };
      if (!isGenuine(c, form)) return again(stale);
      const [password, before] = [form.get('password'), form.get('current_password')];
      try {
        await accounts.changePassword({ password, current_password: before }, session.token, clientAddress(c));
      } catch (error) {
        if (isExpired(error)) throw error;
        return again(formProblem(error));
      }
      try {
        await sessions.logIn(c, session.name, password);
      } catch {
        sessions.forget(c);
        return toLogIn(c);
      }
      return seeOther(c, '/blog/account?changed');
    });
  });
}
