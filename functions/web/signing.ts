import { clientAddress } from '@dormouse/runtime/address';
import type { Env } from '@dormouse/runtime/app';
import { fail } from '@dormouse/runtime/errors';
import type { Context, Hono } from 'hono';
import { claimPage, logInPage, signUpPage } from './account-page.ts';
import { readCookie, readPlainCookie, writeCookie } from './cookies.ts';
import { isGenuine } from './csrf.ts';
import type { Web } from './dependencies.ts';
import { type Form, readForm } from './form.ts';
import { type FormProblem, formProblem, staleSignUp } from './form-problem.ts';
import { editorPolicy } from './headers.ts';
import type { Viewer } from './layout.ts';
import { localPath } from './local-path.ts';
import { logOutPage } from './log-out-page.ts';
import type { Sessions } from './session.ts';
import type { Site, SiteSettings } from './site.ts';
import { privately, seeOther, viewer, viewerOf } from './viewer.ts';
import { wordsOf } from './words.ts';

/** The log-in page's script asks the device for a passkey. */
const scripted = { 'content-security-policy': editorPolicy };

/** Sign-up, login, logout and claiming an account. */
export function signing(app: Hono<Env>, { accounts, providers, site }: Web, sessions: Sessions): void {
  app.get('/blog/login', async (c) => {
    const next = localPath(c.req.query('next'));
    const session = await sessions.of(c).catch(() => undefined);
    if (session) return seeOther(c, next);
    const problem = failureIn(c.req.query('provider'));
    return privately(
      c,
      logInPage({ site: await site.current(), viewer: viewer(c, undefined), next, providers, problem }),
      200,
      scripted,
    );
  });
  app.post('/blog/login', (c) =>
    respondWithForm(
      c,
      site,
      (shown) => logInPage({ ...shown, providers }),
      async (form) => {
        await sessions.logIn(c, form.get('username'), form.get('password'), form.get('code') || undefined);
        return undefined;
      },
      scripted,
    ),
  );

  app.get('/blog/signup', async (c) => {
    const shown = { site: await site.current(), viewer: viewer(c, undefined), next: localPath(c.req.query('next')) };
    return privately(c, signUpPage(shown));
  });
  app.post('/blog/signup', (c) =>
    respondWithForm(c, site, signUpPage, async (form) => {
      const [username, email, password] = [form.get('username'), form.get('email'), form.get('password')];
      await accounts.register({ username, email, password }, clientAddress(c));
      return logInWith(c, username, password, localPath(form.get('next')));
    }),
  );

  app.get('/claim', async (c) =>
    privately(c, claimPage({ site: await site.current(), viewer: viewer(c, undefined), next: '/blog/' })),
  );
  app.post('/claim', (c) =>
    respondWithForm(c, site, claimPage, async (form) => {
      const username = await accounts.claim(
        { token: form.get('token'), email: form.get('email'), password: form.get('password') },
        clientAddress(c),
      );
      return logInWith(c, username, form.get('password'), '/blog/');
    }),
  );

  app.post('/blog/logout', async (c) => {
    const form = await readForm(c);
    if (!isGenuine(c, form))
      fail(
        'forbidden',
        'This form was too old. You are still logged in: go back, load the page again and log out from there.',
      );
    const isUnsaved = (readCookie(c, 'unsaved') ?? readPlainCookie(c, 'unsaved')) !== undefined;
    const asks = isUnsaved && form.get('unsaved') !== 'remove';
    const { session } = asks ? await viewerOf(c, sessions) : {};
    // First of all: whoever presses the button and goes is logged out. Only the text waits for an answer.
    await sessions.end(c);
    if (asks) {
      const page = logOutPage(await site.current(), viewer(c, undefined), session?.name);
      return privately(c, page, 200, { 'content-security-policy': editorPolicy });
    }
    if (isUnsaved) writeCookie(c, 'unsaved', '', 0);
    // Not "cookies": what this answer itself sets would go too.
    c.header('clear-site-data', '"cache", "storage"');
    return seeOther(c, '/blog/');
  });

  /** The account is there now: when logging in fails, that is all that is left to do. */
  const logInWith = async (
    c: Context,
    username: string,
    password: string,
    next: string,
  ): Promise<Response | undefined> => {
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

/** Why somebody comes back from a provider without a log-in, as auth says it in the address. */
const failureIn = (reason: string | undefined): FormProblem | undefined =>
  reason === 'again' || reason === 'denied' || reason === 'down' || reason === 'refused'
    ? { status: 403, alert: ({ providers }) => providers.failed[reason], errors: {}, headers: {} }
    : undefined;

interface Shown {
  site: SiteSettings;
  viewer: Viewer;
  next: string;
  problem?: FormProblem;
  username: string;
  email: string;
  token: string;
}

/** Does what a form asks and goes on to its `next`; or shows it again with what was typed, passwords excepted, and why. */
async function respondWithForm(
  c: Context,
  site: Site,
  page: (shown: Shown) => string,
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
