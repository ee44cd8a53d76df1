import type { ResponseOf } from '@dormouse/runtime/api';
import { type Env, json } from '@dormouse/runtime/app';
import { authenticate, required } from '@dormouse/runtime/auth';
import { fail, failField } from '@dormouse/runtime/errors';
import { networkOf } from '@dormouse/runtime/network';
import { type Context, Hono } from 'hono';
import { api } from './api.ts';
import { beginSession, counting } from './begin-session.ts';
import { currentUser, logInEnded } from './current-user.ts';
import type { Auth } from './dependencies.ts';
import { spend } from './limits.ts';
import type { MailKind, NewMail } from './mail-store.ts';
import { demandPassword, guesserOf } from './password-guard.ts';
import { hashSecret, newSecret } from './refresh-token.ts';
import { rejectWeakPassword } from './reject-weak-password.ts';
import { demandSecondFactor } from './second-factor.ts';

/** Mails of a kind that one mailbox is sent within an hour, whoever asks for them. */
const perHour = 3;
const hourMs = 3_600_000;

/**
 * Links by e-mail: a new password for who has forgotten theirs, and the proof of an address. Who asks learns nothing of accounts: whether one has
 * the address is not looked at before the function mail sends.
 */
export function mails(auth: Auth) {
  const { store, passwords, limiter, limits, log, now } = auth;
  const caller = authenticate(auth.tokens);
  const at = () => new Date(now());
  const spendOf = (c: Context<Env>, what: string, limit: number) =>
    spend(limiter, `${what}:${networkOf(auth.address(c))}`, limit);

  /** Counts a mail that somebody asks for. */
  const spendMail = async (c: Context<Env>): Promise<void> => {
    await spendOf(c, 'mail-address', limits.mailAddress);
    await spend(limiter, `mail-address-hour:${networkOf(auth.address(c))}`, limits.mailAddressHour, hourMs);
  };

  /**
   * Asks for a mail, unless the mailbox has been sent enough: then it is the asker's secret that nothing is sent. Each kind is counted apart:
   * who has others' links for logging in sent, which are of no use to them, does not keep them from a new password.
   */
  const ifNotEnough = async (kind: MailKind, email: string, ask: () => Promise<void>): Promise<void> => {
    const { allowed } = await limiter.take(`mail:${kind}:${hashSecret(mailboxOf(email))}`, perHour, hourMs);
    if (allowed) await ask();
    else log.warn({ kind }, 'a mail was not asked for: its address has been sent enough');
  };
  const request = (mail: NewMail) => ifNotEnough(mail.kind, mail.email, () => store.requestMail(mail, at()));

  return new Hono<Env>()
    .post(api.requestPasswordReset.path, json(api.requestPasswordReset.body), async (c) => {
      await spendMail(c);
      await request({ kind: 'password-reset', email: c.req.valid('json').email });
      return c.body(null, 202);
    })

    .post(api.completePasswordReset.path, json(api.completePasswordReset.body), async (c) => {
      const { token, password } = c.req.valid('json');
      await spendOf(c, 'password-reset', limits.loginAddress);
      const hash = hashSecret(token);
      const found = (await store.findPasswordLink(hash, at())) ?? expired();
      await rejectWeakPassword(password, found);
      const user = (await store.resetPassword(hash, await passwords.hash(password), at())) ?? expired();
      log.info({ user_id: user.id }, 'a link of a mail was used for a new password, and all sessions are ended');
      await store.rememberNetwork(user.id, guesserOf(auth, c, user.username), at());
      return c.json({ id: user.id, username: user.username } satisfies ResponseOf<typeof api.completePasswordReset>);
    })

    .post(api.requestLogInLink.path, json(api.requestLogInLink.body), async (c) => {
      await spendMail(c);
      const browser = newSecret();
      await request({ kind: 'log-in', email: c.req.valid('json').email, browser: hashSecret(browser) });
      c.header('cache-control', 'no-store');
      return c.json({ browser }, 202);
    })

    .post(api.logInByLink.path, json(api.logInByLink.body), counting, async (c) => {
      const { token, browser, code, refresh } = c.req.valid('json');
      await spendOf(c, 'log-in-link', limits.loginAddress);
      const link = { hash: hashSecret(token), browser: hashSecret(browser) };
      const found = (await store.findLink('log-in', link, at())) ?? unauthorized();
      // Before the link is used up: who has to look for the other device comes again.
      const secondFactor = await demandSecondFactor(auth, c, found, code);
      const user = (await store.spendLink('log-in', link, at())) ?? unauthorized();
      await store.rememberNetwork(user.id, guesserOf(auth, c, user.username), at());
      return c.json(await beginSession(auth, c, user, { carrier: refresh, secondFactor }));
    })

    .post(api.requestEmailVerification.path, caller, async (c) => {
      const user = await currentUser(auth, c);
      if (user.email === undefined) return fail('conflict', 'This account has no e-mail address.');
      await spendMail(c);
      if (!user.emailVerified) await request({ kind: 'email-verification', email: user.email, userId: user.id });
      return c.body(null, 202);
    })

    .post(api.requestEmailChange.path, caller, json(api.requestEmailChange.body), async (c) => {
      const user = await currentUser(auth, c);
      const { email, current_password } = c.req.valid('json');
      await demandPassword(auth, c, user, current_password);
      if (email === user.email) failField('email', 'is your address already');
      await spendMail(c);
      await ifNotEnough('email-change', email, async () => {
        if (!(await store.requestEmailChange(user, email, required(c).session, at()))) logInEnded();
      });
      log.info({ user_id: user.id }, 'a link was asked for to another e-mail address of an account');
      return c.body(null, 202);
    })

    .delete(api.dropEmailChange.path, caller, async (c) => {
      await store.dropEmailChange((await currentUser(auth, c)).id);
      return c.body(null, 204);
    })

    .post(api.endCommentMails.path, json(api.endCommentMails.body), async (c) => {
      await spendOf(c, 'comment-mails-off', limits.loginAddress);
      return (await store.endCommentMails(hashSecret(c.req.valid('json').token))) ? c.body(null, 204) : expired();
    })

    .post(api.verifyEmail.path, json(api.verifyEmail.body), async (c) => {
      await spendOf(c, 'email-verification', limits.loginAddress);
      const user = (await store.proveAddress(hashSecret(c.req.valid('json').token), at())) ?? expired();
      log.info({ user_id: user.id }, 'an e-mail address was proven');
      return c.json({ id: user.id, username: user.username } satisfies ResponseOf<typeof api.verifyEmail>);
    });
}

/** What `+` adds to a name leads to the same mailbox, at most providers; so does another case. */
const mailboxOf = (email: string): string => email.toLowerCase().replace(/\+[^@]*(?=@[^@]*$)/, '');

const unauthorized = (): never =>
  fail('unauthorized', 'This link is not valid any more, or was asked for by another browser.');
const expired = (): never => fail('not_found', 'This link is not valid any more. Ask for a new one.');
