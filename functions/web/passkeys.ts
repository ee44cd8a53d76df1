import { clientAddress } from '@dormouse/runtime/address';
import type { Env } from '@dormouse/runtime/app';
import { fail } from '@dormouse/runtime/errors';
import { header } from '@dormouse/runtime/request';
import type { Context, Hono } from 'hono';
import { logInPage } from './account-page.ts';
import { asWriter } from './as-writer.ts';
import { isGenuine } from './csrf.ts';
import type { Web } from './dependencies.ts';
import { type Form, givenIn, readForm } from './form.ts';
import { type FormProblem, formProblem, staleSignUp } from './form-problem.ts';
import { editorPolicy } from './headers.ts';
import { localPath } from './local-path.ts';
import { makePasskeyPage, newPasskeyPage, onePasskeyPage, type PasskeyPage } from './passkey-pages.ts';
import type { Session, Sessions } from './session.ts';
import { privately, seeOther, viewer } from './viewer.ts';
import { type Act, onWritersForm } from './writers-form.ts';

const path = '/blog/account/passkeys';
/** The device is asked by a script. */
const policy = { 'content-security-policy': editorPolicy };

/** Passkeys: logging in with one, and those of one's own account. What a device answers is auth's to judge. */
export function passkeys(app: Hono<Env>, { accounts, ownAccount, providers, site }: Web, sessions: Sessions): void {
  const pageOf = async (c: Context, session: Session, problem?: FormProblem): Promise<PasskeyPage> => {
    const [current, me] = await Promise.all([site.current(), ownAccount.read(session.token)]);
    return { site: current, viewer: viewer(c, session), me, problem };
  };
  type Again = (c: Context, session: Session, problem: FormProblem, form: Form) => Promise<Response>;
  const onForm = (c: Context, again: Again, act: Act) =>
    onWritersForm(
      c,
      (_, handle) => asWriter(c, sessions, handle),
      (session, problem, form) => again(c, session, problem, form),
      act,
    );
  const showNew: Again = async (c, session, problem, form) => {
    const page = newPasskeyPage({ ...(await pageOf(c, session, problem)), name: form.get('name') });
    return privately(c, page, problem.status, problem.headers);
  };
  const showOne = async (c: Context, session: Session, problem?: FormProblem) => {
    const passkey =
      (await ownAccount.passkeys(session.token)).find(({ id }) => id === c.req.param('id')) ??
      fail('not_found', 'There is no such passkey.');
    const page = onePasskeyPage({ ...(await pageOf(c, session, problem)), passkey });
    return privately(c, page, problem?.status, problem?.headers);
  };

  app.post('/blog/login/passkey', async (c) => {
    const form = await readForm(c);
    const next = localPath(form.get('next'));
    const again = async (problem: FormProblem) => {
      const page = logInPage({ site: await site.current(), viewer: viewer(c, undefined), next, providers, problem });
      return privately(c, page, problem.status, { ...problem.headers, ...policy });
    };
    if (!isGenuine(c, form)) return again(staleSignUp);
    try {
      const [ticket, response] = [form.get('ticket'), answerIn(form)];
      await sessions.enter(
        c,
        await accounts.logInByPasskey(ticket, response, clientAddress(c), header(c, 'user-agent')),
      );
      return seeOther(c, next);
    } catch (error) {
      return again(formProblem(error));
    }
  });

  app.get(`${path}/new`, (c) =>
    asWriter(c, sessions, async (session) => privately(c, newPasskeyPage(await pageOf(c, session)))),
  );
  app.post(`${path}/new`, (c) =>
    onForm(c, showNew, async (form, session) => {
      const name = form.get('name').trim();
      if (name === '') return showNew(c, session, nameless, form);
      const offer = await ownAccount.offerPasskey(givenIn(form, 'password'), session.token, clientAddress(c));
      return privately(c, makePasskeyPage({ ...(await pageOf(c, session)), name, offer }), 200, policy);
    }),
  );
  app.post(path, (c) =>
    onForm(c, showNew, async (form, session) => {
      await ownAccount.addPasskey(form.get('ticket'), form.get('name'), answerIn(form), session.token);
      return seeOther(c, '/blog/account?passkey');
    }),
  );

  app.get(`${path}/:id`, (c) => asWriter(c, sessions, (session) => showOne(c, session)));
  app.post(`${path}/:id`, (c) =>
    onForm(c, showOne, async (form, session) => {
      await ownAccount.renamePasskey(c.req.param('id') ?? '', form.get('name').trim(), session.token);
      return seeOther(c, '/blog/account?saved');
    }),
  );
  app.post(`${path}/:id/remove`, (c) =>
    onForm(c, showOne, async (form, session) => {
      const password = givenIn(form, 'password');
      await ownAccount.removePasskey(c.req.param('id') ?? '', password, session.token, clientAddress(c));
      return seeOther(c, '/blog/account?unlinked');
    }),
  );
}

const nameless: FormProblem = {
  status: 422,
  alert: ({ problems }) => problems.ofCode('invalid') ?? '',
  errors: { name: 'must not be empty' },
  headers: {},
};

/** What the page's script has put in; auth looks at every part of it. */
function answerIn(form: Form): object {
  try {
    const answer: unknown = JSON.parse(form.get('response'));
    if (typeof answer === 'object' && answer !== null) return answer;
  } catch {}
  return fail('malformed', 'Your browser did not say what the device answered.');
}
