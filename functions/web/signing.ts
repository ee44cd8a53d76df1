import { clientAddress } from '@dormouse/runtime/address';
import type { Env } from '@dormouse/runtime/app';
import { fail } from '@dormouse/runtime/errors';
import type { Hono } from 'hono';
import { logInAfterwards, respondWithForm } from './account-form.ts';
import { claimPage, logInPage, signUpPage } from './account-page.ts';
import { readCookie, readPlainCookie, writeCookie } from './cookies.ts';
import { isGenuine } from './csrf.ts';
import type { Web } from './dependencies.ts';
import { readForm } from './form.ts';
import type { FormProblem } from './form-problem.ts';
import { editorPolicy } from './headers.ts';
import { localPath } from './local-path.ts';
import { logOutPage } from './log-out-page.ts';
import type { Sessions } from './session.ts';
import { privately, seeOther, viewer, viewerOf } from './viewer.ts';

/** The log-in page's script asks the device for a passkey. */
const scripted = { 'content-security-policy': editorPolicy };

/** Sign-up, login, logout and claiming an account. */
export function signing(app: Hono<Env>, { accounts, providers, site }: Web, sessions: Sessions): void {
  const logInWith = logInAfterwards(site, sessions);
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
}

/** Why somebody comes back from a provider without a log-in, as auth says it in the address. */
const failureIn = (reason: string | undefined): FormProblem | undefined =>
  reason === 'again' || reason === 'denied' || reason === 'down' || reason === 'refused'
    ? { status: 403, alert: ({ providers }) => providers.failed[reason], errors: {}, headers: {} }
    : undefined;
