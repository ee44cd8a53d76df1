import { clientAddress } from '@dormouse/runtime/address';
import type { Env } from '@dormouse/runtime/app';
import type { Context, Hono } from 'hono';
import { logInAfterwards, respondWithForm } from './account-form.ts';
import {
  commentMailsPage,
  donePage,
  forgottenPage,
  logInLinkPage,
  newPasswordPage,
  openLinkPage,
  verifyEmailPage,
} from './account-page.ts';
import { writeCookie } from './cookies.ts';
import type { Web } from './dependencies.ts';
import { localPath } from './local-path.ts';
import type { Sessions } from './session.ts';
import { privately, viewer } from './viewer.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

/** Seconds that a link for logging in is good. */
const quarter = 900;

/** Asking for a mail with a link, and the pages that such links lead to. Following one uses nothing up: a form does. */
export function mailLinks(app: Hono<Env>, { accounts, site }: Web, sessions: Sessions): void {
  const logInWith = logInAfterwards(site, sessions);
  const shown = async (c: Context) => ({
    site: await site.current(),
    viewer: viewer(c, undefined),
    next: localPath(c.req.query('next')),
    token: c.req.query('token')?.slice(0, 200) ?? '',
  });
  const done = async (c: Context, said: (words: Words['signing']) => readonly [title: string, text: string]) => {
    const page = await shown(c);
    return privately(c, donePage(page, ...said(wordsOf(page.site.language).signing)));
  };

  app.get('/blog/password-reset', async (c) => privately(c, forgottenPage(await shown(c))));
  app.post('/blog/password-reset', (c) =>
    respondWithForm(c, site, forgottenPage, async (form) => {
      await accounts.requestPasswordReset(form.get('email'), clientAddress(c));
      return done(c, ({ mailSent, mailSentText }) => [mailSent, mailSentText]);
    }),
  );

  app.get('/blog/password-reset/new', async (c) => privately(c, newPasswordPage(await shown(c))));
  app.post('/blog/password-reset/new', (c) =>
    respondWithForm(c, site, newPasswordPage, async (form) => {
      const password = form.get('password');
      const username = await accounts.completePasswordReset(form.get('token'), password, clientAddress(c));
      return logInWith(c, username, password, '/blog/');
    }),
  );

  app.get('/blog/login-link', async (c) => privately(c, logInLinkPage(await shown(c))));
  app.post('/blog/login-link', (c) =>
    respondWithForm(c, site, logInLinkPage, async (form) => {
      const browser = await accounts.requestLogInLink(form.get('email'), clientAddress(c));
      writeCookie(c, 'link', browser, quarter);
      return done(c, ({ mailSent, mailSentText }) => [mailSent, mailSentText]);
    }),
  );

  app.get('/blog/login-link/open', async (c) => privately(c, openLinkPage(await shown(c))));
  app.post('/blog/login-link/open', (c) =>
    respondWithForm(c, site, openLinkPage, async (form) => {
      await sessions.logInByLink(c, form.get('token'), form.get('code') || undefined);
      return undefined;
    }),
  );

  app.get('/blog/comment-mails/off', async (c) => privately(c, commentMailsPage(await shown(c))));
  app.post('/blog/comment-mails/off', async (c) => {
    // The address itself, with the secret in it, as mail programs call it (RFC 8058): no cookie, no page before, and no word in the body
    // that would make a difference. Our own form has the secret in a field.
    const { token } = await shown(c);
    if (token !== '') {
      await accounts.endCommentMails(token, clientAddress(c));
      return c.body(null, 204, { 'cache-control': 'no-store' });
    }
    return respondWithForm(c, site, commentMailsPage, async (form) => {
      await accounts.endCommentMails(form.get('token'), clientAddress(c));
      return done(c, ({ mailsEnded, mailsEndedText }) => [mailsEnded, mailsEndedText]);
    });
  });

  app.get('/blog/verify-email', async (c) => privately(c, verifyEmailPage(await shown(c))));
  app.post('/blog/verify-email', (c) =>
    respondWithForm(c, site, verifyEmailPage, async (form) => {
      await accounts.verifyEmail(form.get('token'), clientAddress(c));
      return done(c, ({ verified, verifiedText }) => [verified, verifiedText]);
    }),
  );
}
