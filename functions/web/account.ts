import { clientAddress } from '@dormouse/runtime/address';
import type { Env } from '@dormouse/runtime/app';
import { tokenScopes } from '@dormouse/runtime/token-scopes';
import type { Context, Hono } from 'hono';
import { asWriter, isExpired } from './as-writer.ts';
import { isGenuine } from './csrf.ts';
import type { Web } from './dependencies.ts';
import { type Form, givenIn, readFileForm } from './form.ts';
import { type FormProblem, formProblem, stale } from './form-problem.ts';
import { privateHeaders } from './headers.ts';
import { deleteAccountPage, type OwnAccountPage, ownAccountPage } from './own-account-page.ts';
import { ownDataDocument } from './own-data.ts';
import { allPages } from './pages.ts';
import type { Session, Sessions } from './session.ts';
import { blankToken, type TokenForm } from './token-section.ts';
import { privately, seeOther, toLogIn, viewer } from './viewer.ts';
import { type Act, onWritersForm } from './writers-form.ts';

const path = '/blog/account';

/** One's own account: what others see of it, its password, its log-ins, its tokens for programs, and its end. */
export function account(
  app: Hono<Env>,
  { accounts, commenting, newsletter, ownAccount, pages, pictures, posts, providers, site }: Web,
  sessions: Sessions,
): void {
  const show = async (c: Context, session: Session, more: Partial<OwnAccountPage> = {}) => {
    const [current, me, open, tokens, identities, passkeys] = await Promise.all([
      site.current(),
      ownAccount.read(session.token),
      ownAccount.sessions(session.token),
      ownAccount.tokens(session.token),
      ownAccount.identities(session.token),
      ownAccount.passkeys(session.token),
    ]);
    const profile = { display_name: me.display_name, bio: me.bio ?? '', links: me.links, picture: me.picture ?? '' };
    const shown = { me, sessions: open, tokens, tokenForm: blankToken, identities, passkeys, providers, profile };
    const page = { site: current, viewer: viewer(c, session), ...shown, ...more };
    return privately(c, ownAccountPage(page), more.problem?.status, more.problem?.headers);
  };

  /** Does what a form asks; what auth refuses is said on the page that `again` makes. */
  const onForm = (
    c: Context,
    again: (session: Session, problem: FormProblem, form: Form) => Promise<Response>,
    act: Act,
  ) => onWritersForm(c, (_, handle) => asWriter(c, sessions, handle), again, act);
  const deletion = async (c: Context, session: Session, refused?: FormProblem) => {
    const [current, me] = await Promise.all([site.current(), ownAccount.read(session.token)]);
    return deleteAccountPage(current, viewer(c, session), me, refused);
  };
  const onPage = (c: Context) => (session: Session, problem: FormProblem) => show(c, session, { problem });

  app.get(path, (c) =>
    asWriter(c, sessions, (session) =>
      show(c, session, { notice: notices.find((name) => c.req.query(name) !== undefined) }),
    ),
  );

  /** It ends every session, so that a new one begins here. */
  app.post(path, (c) =>
    onForm(c, onPage(c), async (form, session) => {
      const [password, before] = [form.get('password'), givenIn(form, 'current_password')];
      const change = { password, ...(before !== undefined && { current_password: before }) };
      await accounts.changePassword(change, session.token, clientAddress(c));
      try {
        await sessions.logIn(c, session.name, password);
      } catch {
        sessions.forget(c);
        return toLogIn(c);
      }
      return seeOther(c, `${path}?changed`);
    }),
  );

  app.post('/blog/account/profile', async (c) => {
    const form = await readFileForm(c);
    let profile = typedIn(form);
    return asWriter(c, sessions, async (session) => {
      const again = (problem: FormProblem) => show(c, session, { profile, problem: ofLinks(problem) });
      if (!isGenuine(c, form)) return again(stale);
      try {
        const file = await form.file('picture_file');
        // It stays in the form when that comes back: a file cannot.
        if (file) profile = { ...profile, picture: (await pictures.upload(file, session.token)).hash };
        const { picture, ...said } = profile;
        // A page of before does not have it.
        const change = { ...said, ...(picture || form.has('picture') ? { picture: picture || null } : {}) };
        await ownAccount.changeProfile(change, session.token);
      } catch (error) {
        if (isExpired(error)) throw error;
        return again(formProblem(error));
      }
      await pages.purge(allPages);
      return seeOther(c, `${path}?saved`);
    });
  });

  app.post('/blog/account/comment-mails', (c) =>
    onForm(c, onPage(c), async (form, session) => {
      await ownAccount.setCommentMails(form.get('wanted') === 'yes', session.token);
      return seeOther(c, `${path}?saved`);
    }),
  );

  app.post('/blog/account/verify-email', (c) =>
    onForm(c, onPage(c), async (_, session) => {
      await accounts.requestEmailVerification(session.token, clientAddress(c));
      return seeOther(c, `${path}?mailed`);
    }),
  );

  app.post('/blog/account/email', (c) =>
    onForm(
      c,
      (session, problem, form) => show(c, session, { email: form.get('email'), problem: ofEmail(problem) }),
      async (form, session) => {
        const password = givenIn(form, 'email_password');
        await accounts.requestEmailChange(form.get('email'), password, session.token, clientAddress(c));
        return seeOther(c, `${path}?asked`);
      },
    ),
  );

  app.post('/blog/account/email/keep', (c) =>
    onForm(c, onPage(c), async (_, session) => {
      await accounts.dropEmailChange(session.token);
      return seeOther(c, `${path}?kept`);
    }),
  );

  app.post('/blog/account/sessions/:id/end', (c) =>
    onForm(c, onPage(c), async (_, session) => {
      await ownAccount.endSession(c.req.param('id'), session.token);
      return seeOther(c, `${path}?ended`);
    }),
  );

  app.post('/blog/account/tokens', (c) =>
    onForm(
      c,
      (session, problem, form) => show(c, session, { tokenForm: tokenIn(form), problem: ofDays(problem, form) }),
      async (form, session) => {
        const { name, scopes, days } = tokenIn(form);
        const input = { name, scopes: [...scopes], expires_in: Math.round(Number(days) * 86_400) };
        // No redirect: the token can be shown in this response alone.
        return show(c, session, { madeToken: await ownAccount.makeToken(input, session.token) });
      },
    ),
  );

  app.post('/blog/account/tokens/:id/revoke', (c) =>
    onForm(c, onPage(c), async (_, session) => {
      await ownAccount.revokeToken(c.req.param('id'), session.token);
      return seeOther(c, `${path}?revoked`);
    }),
  );

  app.get('/blog/account/export', (c) =>
    asWriter(c, sessions, async ({ name, token }) => {
      const [data, first, firstDeleted, firstComments, subscriptions] = await Promise.all([
        ownAccount.export(token),
        posts.own(0, token),
        posts.ownDeleted(0, token),
        commenting.own(0, token),
        newsletter.own(token),
      ]);
      const headers = {
        ...privateHeaders,
        'content-type': 'application/json',
        'content-disposition': `attachment; filename="${name}.json"`,
      };
      // By way of the context, which holds a cookie that was renewed.
      for (const [field, value] of Object.entries(headers)) c.header(field, value);
      const written = { first, more: (after: number) => posts.own(after, token) };
      const deleted = { first: firstDeleted, more: (after: number) => posts.ownDeleted(after, token) };
      const comments = { first: firstComments, more: (after: number) => commenting.own(after, token) };
      return c.body(ownDataDocument(data, written, deleted, comments, subscriptions));
    }),
  );

  app.get('/blog/account/delete', (c) =>
    asWriter(c, sessions, async (session) => privately(c, await deletion(c, session))),
  );

  app.post('/blog/account/delete', (c) =>
    onForm(
      c,
      async (session, problem) => privately(c, await deletion(c, session, problem), problem.status, problem.headers),
      async (form, session) => {
        await ownAccount.remove(givenIn(form, 'current_password'), session.token, clientAddress(c));
        sessions.forget(c);
        await pages.purge(allPages);
        return seeOther(c, '/blog/');
      },
    ),
  );
}

const notices = [
  'changed',
  'saved',
  'ended',
  'revoked',
  'linked',
  'unlinked',
  'unfinished',
  'passkey',
  'mailed',
  'asked',
  'kept',
] as const;

const tokenIn = (form: Form): TokenForm => ({
  name: form.get('name').trim(),
  scopes: tokenScopes.filter((scope) => form.has(scope)),
  days: form.get('days') || blankToken.days,
});

/** auth counts seconds; what it says of them belongs to the field of days, whose own bounds are in the form. */
const ofDays = (problem: FormProblem, form: Form): FormProblem => {
  const { expires_in, ...errors } = problem.errors;
  if (expires_in === undefined) return problem;
  const days = Number(form.get('days')) > 365 ? 'must be at most 365' : 'must be at least 1';
  return { ...problem, errors: { ...errors, days } };
};

/** The page has two fields for the present password. */
const ofEmail = (problem: FormProblem): FormProblem => {
  const { current_password, ...errors } = problem.errors;
  return current_password === undefined
    ? problem
    : { ...problem, errors: { ...errors, email_password: current_password } };
};

const typedIn = (form: Form) => ({
  display_name: form.get('display_name'),
  bio: form.get('bio'),
  links: form
    .get('links')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== ''),
  picture: form.get('picture_none') === 'yes' ? '' : form.get('picture'),
});

/** What auth says of one address belongs to the field that has all of them. */
const ofLinks = (problem: FormProblem): FormProblem => ({
  ...problem,
  errors: Object.fromEntries(
    Object.entries(problem.errors).map(([name, text]) => [name.replace(/^links\..*/, 'links'), text]),
  ),
});
