import type { ResponseOf } from '@dormouse/runtime/api';
import { type Env, json } from '@dormouse/runtime/app';
import { authenticate, required } from '@dormouse/runtime/auth';
import { fail, failField } from '@dormouse/runtime/errors';
import { Hono } from 'hono';
import { api } from './api.ts';
import { currentUser } from './current-user.ts';
import type { Auth } from './dependencies.ts';
import { dayMs, spend } from './limits.ts';
import { demandPassword, guesserOf } from './password-guard.ts';
import { spendCode } from './second-factor.ts';

/** Codes by which one log-in may try to confirm a secret: whoever holds its token knows the secret, or guesses. */
const confirmationsPerMinute = 5;
const confirmationsPerDay = 50;

/** The second factor of one's own account: setting it up, confirming it, turning it off. Each takes the password, or a code. */
export function secondFactors(auth: Auth) {
  const { store, limiter, log, now } = auth;
  const caller = authenticate(auth.tokens);

  return new Hono<Env>()
    .get(api.secondFactor.path, caller, async (c) => {
      const user = await currentUser(auth, c);
      const totp = await store.totpOf(user.id);
      c.header('cache-control', 'no-store');
      return c.json({
        totp: totp?.confirmed ?? false,
        recovery_codes: totp?.confirmed ? await store.recoveryCodesOf(user.id) : 0,
      } satisfies ResponseOf<typeof api.secondFactor, 200>);
    })

    .post(api.offerTotp.path, caller, json(api.offerTotp.body), async (c) => {
      const user = await currentUser(auth, c);
      await demandPassword(auth, c, user, c.req.valid('json').password);
      const { newTotpSecret, totpUri } = await import('./one-time-password.ts');
      const secret = newTotpSecret();
      if (!(await store.offerTotp(user.id, secret))) fail('conflict', 'This account has a second factor already.');
      const { title } = await store.blog();
      c.header('cache-control', 'no-store');
      return c.json({ secret, uri: totpUri(secret, { username: user.username, blog: title }) }, 201);
    })

    .post(api.confirmTotp.path, caller, json(api.confirmTotp.body), async (c) => {
      const user = await currentUser(auth, c);
      const totp = await store.totpOf(user.id);
      if (!totp) return fail('not_found', 'No second factor was set up.');
      if (totp.confirmed) fail('conflict', 'This account has a second factor already.');
      const whose = `${user.id} ${required(c).session ?? ''}`;
      await spend(limiter, `totp-confirmation:${whose}`, confirmationsPerMinute);
      await spend(limiter, `totp-confirmation-day:${whose}`, confirmationsPerDay, dayMs);
      const { newRecoveryCodes, recoveryHash, stepOf } = await import('./one-time-password.ts');
      const step = stepOf(totp.secret, c.req.valid('json').code.replaceAll(/\s/g, ''), now());
      if (step === undefined) return failField('code', 'is not the one that your app shows now');
      const codes = newRecoveryCodes();
      const confirmation = {
        secret: totp.secret,
        step,
        recoveryHashes: codes.map(recoveryHash),
        session: required(c).session,
        at: new Date(now()),
      };
      const outcome = await store.confirmTotp(user, confirmation);
      if (outcome === 'ended') fail('unauthorized', 'This log-in has ended. Log in again.');
      if (outcome === 'too late') fail('conflict', 'This account has a second factor already, or another secret.');
      await store.knowNetwork(user.id, guesserOf(auth, c, user.username), new Date(now()));
      log.info({ user_id: user.id }, 'a second factor was turned on by its owner: other log-ins are ended');
      c.header('cache-control', 'no-store');
      return c.json({ recovery_codes: codes } satisfies ResponseOf<typeof api.confirmTotp, 200>);
    })

    .delete(api.dropTotp.path, caller, json(api.dropTotp.body), async (c) => {
      const user = await currentUser(auth, c);
      const totp = await store.totpOf(user.id);
      if (!totp?.confirmed) return fail('not_found', 'This account has no second factor.');
      const { password, code } = c.req.valid('json');
      await demandPassword(auth, c, user, password, 'password');
      if (!(await spendCode(auth, c, { user, secret: totp.secret, typed: code })))
        failField('code', 'is not right, or was used before');
      await store.dropTotp(user);
      log.warn({ user_id: user.id }, 'a second factor was turned off by its owner');
      return c.body(null, 204);
    });
}
