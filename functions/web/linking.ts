import { clientAddress } from '@dormouse/runtime/address';
import type { Env } from '@dormouse/runtime/app';
import { AppError, fail } from '@dormouse/runtime/errors';
import type { Context, Hono } from 'hono';
import { asWriter } from './as-writer.ts';
import { readCookie, writeCookie } from './cookies.ts';
import type { Web } from './dependencies.ts';
import { givenIn } from './form.ts';
import type { FormProblem } from './form-problem.ts';
import { linkPage, unlinkPage } from './link-page.ts';
import type { Session, Sessions } from './session.ts';
import { privately, seeOther, viewer } from './viewer.ts';
import { type Act, onWritersForm } from './writers-form.ts';

/** Linking an account at a provider to one's own, after coming back from there; and unlinking one. Both ask first. */
export function linking(app: Hono<Env>, { accounts, ownAccount, site }: Web, sessions: Sessions): void {
  const showLink = async (c: Context, session: Session, problem?: FormProblem) => {
    const ticket = readCookie(c, 'signIn');
    const proof =
      ticket &&
      (await accounts.lookUpProof(ticket, clientAddress(c)).catch((error: unknown) => {
        if (!(error instanceof AppError) || error.status !== 404) throw error;
        return undefined;
      }));
    if (!proof) {
      writeCookie(c, 'signIn', '', 0);
      return seeOther(c, '/blog/account?unfinished');
    }
    const [current, me] = await Promise.all([site.current(), ownAccount.read(session.token)]);
    const page = linkPage({ site: current, viewer: viewer(c, session), me, proof, problem });
    return privately(c, page, problem?.status, problem?.headers);
  };

  const showUnlink = async (c: Context, session: Session, problem?: FormProblem) => {
    const [current, me, identities] = await Promise.all([
      site.current(),
      ownAccount.read(session.token),
      ownAccount.identities(session.token),
    ]);
    const identity =
      identities.find(({ id }) => id === c.req.param('id')) ??
      fail('not_found', 'There is no such account at a provider.');
    const page = unlinkPage({ site: current, viewer: viewer(c, session), me, identity, problem });
    return privately(c, page, problem?.status, problem?.headers);
  };

  const onForm = (c: Context, show: typeof showLink, act: Act) =>
    onWritersForm(
      c,
      (_, handle) => asWriter(c, sessions, handle),
      (session, problem) => show(c, session, problem),
      act,
    );

  app.get('/blog/account/link', (c) => asWriter(c, sessions, (session) => showLink(c, session)));

  app.post('/blog/account/link', (c) =>
    onForm(c, showLink, async (form, session) => {
      const ticket = readCookie(c, 'signIn') ?? '-';
      await ownAccount.linkIdentity(ticket, givenIn(form, 'password'), session.token, clientAddress(c));
      writeCookie(c, 'signIn', '', 0);
      return seeOther(c, '/blog/account?linked');
    }),
  );

  app.get('/blog/account/identities/:id/unlink', (c) => asWriter(c, sessions, (session) => showUnlink(c, session)));

  app.post('/blog/account/identities/:id/unlink', (c) =>
    onForm(c, showUnlink, async (form, session) => {
      const password = givenIn(form, 'password');
      await ownAccount.unlinkIdentity(c.req.param('id') ?? '', password, session.token, clientAddress(c));
      return seeOther(c, '/blog/account?unlinked');
    }),
  );
}
