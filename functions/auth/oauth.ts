import { randomUUID } from 'node:crypto';
import type { ResponseOf } from '@dormouse/runtime/api';
import { check, type Env, json, otherwise } from '@dormouse/runtime/app';
import { AppError, type ErrorCode, fail } from '@dormouse/runtime/errors';
import { measure } from '@dormouse/runtime/measure';
import { networkOf } from '@dormouse/runtime/network';
import { originOf } from '@dormouse/runtime/origin';
import { header } from '@dormouse/runtime/request';
import { metrics } from '@dormouse/signals/metrics';
import { type Context, Hono } from 'hono';
import { api } from './api.ts';
import { beginSession, counting, rejectSuspended } from './begin-session.ts';
import type { Auth, KnownProvider } from './dependencies.ts';
import { type FirstIdentity, signInEnded } from './identity-store.ts';
import { spend } from './limits.ts';
import { noPassword } from './no-password.ts';
import { invitationEnded, openInvitation } from './open-invitation.ts';
import type { BegunSignIn, ProvenSignIn } from './pending-store.ts';
import { providersOf } from './providers.ts';
import { hashSecret, newSecret } from './refresh-token.ts';
import { registeredRole } from './registration.ts';
import { demandSecondFactor } from './second-factor.ts';
import { signInCookie, signInCookieOf } from './sign-in-cookie.ts';
import type { User } from './user.ts';
import type { NewUser } from './user-store.ts';
import { parseUsername } from './username.ts';

/** Seconds for what somebody does at the provider, and then here. */
const patience = 600;

/** Why somebody comes back without having proven who they are, as the log-in page is told. */
type Reason = 'again' | 'denied' | 'down' | 'refused';

/**
 * Logging in at a provider: there, back, and on with a session. What the provider said is kept for minutes under a secret that the browser's
 * cookie holds; web sends it on, and nothing of it stands in an address.
 */
export function oauth(auth: Auth) {
  const { store, limiter, limits, log } = auth;
  const providers = providersOf(auth.providers, auth.requestProvider, auth.now);
  const known = (c: Context<Env>): KnownProvider =>
    providers.find(c.req.param('provider') ?? '') ?? fail('not_found', 'This blog knows no such provider.');
  const soon = () => new Date(auth.now() + patience * 1000);
  const held = async (ticket: string): Promise<ProvenSignIn> =>
    (await store.findPending(hashSecret(ticket), 'proven', new Date(auth.now()))) ?? signInEnded();

  return new Hono<Env>()
    .post(api.lookUpOauth.path, json(api.lookUpOauth.body), async (c) => {
      await spend(limiter, `oauth-ticket:${networkOf(auth.address(c))}`, limits.loginAddress);
      const proven = await held(c.req.valid('json').ticket);
      const user = await store.userOfIdentity(proven.issuer, proven.subject);
      c.header('cache-control', 'no-store');
      return c.json({
        provider: providers.find(proven.provider)?.label ?? proven.provider,
        account: proven.label,
        known: user !== undefined,
        linking: proven.linking,
        next: proven.next,
        suggestion: {
          username: [proven.username, proven.email?.split('@')[0]].find((name) => parseUsername(name ?? '')) ?? null,
          display_name: proven.displayName ?? null,
          email: proven.email ?? null,
        },
      } satisfies ResponseOf<typeof api.lookUpOauth, 200>);
    })

    .post(api.logInByOauth.path, json(api.logInByOauth.body), counting, async (c) => {
      const { ticket, code, refresh } = c.req.valid('json');
      await spend(limiter, `oauth-ticket:${networkOf(auth.address(c))}`, limits.loginAddress);
      const { issuer, subject } = await held(ticket);
      const user =
        (await store.userOfIdentity(issuer, subject)) ?? fail('conflict', 'No account here belongs to it yet.');
      rejectSuspended(user);
      const secondFactor = await demandSecondFactor(auth, c, user, code);
      const now = new Date(auth.now());
      if (!(await store.takePending(hashSecret(ticket), 'proven', now))) signInEnded();
      await store.noteIdentityUse(issuer, subject, now);
      return c.json(await beginSession(auth, c, user, { carrier: refresh, secondFactor }));
    })

    .post(api.registerByOauth.path, json(api.registerByOauth.body), counting, async (c) => {
      const { ticket, username, email, display_name, invitation, refresh } = c.req.valid('json');
      await spend(limiter, `register:${networkOf(auth.address(c))}`, limits.registerAddress);
      const proven = await held(ticket);
      const invited = invitation === undefined ? undefined : await openInvitation(auth, invitation);
      const role = invited?.role ?? registeredRole((await store.blog()).registration ?? auth.registration);
      if (await store.taken(username)) taken();
      const account = {
        username,
        email,
        ...(display_name !== undefined && { displayName: display_name }),
        passwordHash: noPassword(),
      };
      const { issuer, subject, label } = proven;
      const createdAt = new Date(auth.now());
      const first = { id: randomUUID(), issuer, subject, label, createdAt, ticket: hashSecret(ticket) };
      const user = await register(auth, { ...account, role }, first, invitation);
      measure(metrics.accountsCreated, 1);
      log.info({ user_id: user.id, provider: proven.provider }, 'somebody registered by a provider');
      c.header('location', `/api/users/${user.username}`);
      return c.json(await beginSession(auth, c, user, { carrier: refresh }), 201);
    })

    .all(api.lookUpOauth.path, otherwise('POST'))
    .all(api.logInByOauth.path, otherwise('POST'))
    .all(api.registerByOauth.path, otherwise('POST'))

    .get(api.beginOauth.path, async (c) => {
      const provider = known(c);
      const { next, link } = check(api.beginOauth.query, c.req.query());
      // Somebody who has agreed before is asked nothing there: only who wanted to log in here is sent.
      if (/^(cross-site|same-site)$/.test(header(c, 'sec-fetch-site') ?? '')) return c.redirect('/blog/login', 302);
      await spend(limiter, `oauth:${networkOf(auth.address(c))}`, limits.loginAddress);
      const discovered = await providers.discovered(provider).catch((error: unknown) => {
        log.warn({ error, provider: provider.name }, 'a provider does not say how to log in there');
        return undefined;
      });
      if (!discovered) return broughtBack(c, 'down', link !== undefined);
      const begun: BegunSignIn = {
        step: 'begun',
        provider: provider.name,
        state: newSecret(),
        nonce: newSecret(),
        verifier: newSecret(),
        redirectUri: `${originOf(c)}/api/oauth/${provider.name}/callback`,
        next,
        linking: link !== undefined,
      };
      const { authorizationUrl } = await import('./oauth-client.ts');
      const location = await authorizationUrl(discovered, provider, begun, begun.redirectUri);
      const secret = newSecret();
      await store.keepPending(hashSecret(secret), begun, new Date(auth.now()), soon());
      c.header('set-cookie', signInCookieOf(c, secret, patience));
      c.header('cache-control', 'no-store');
      return c.redirect(location, 302);
    })

    .get(api.returnFromOauth.path, async (c) => {
      const provider = known(c);
      await spend(limiter, `oauth-return:${networkOf(auth.address(c))}`, limits.loginAddress);
      const secret = signInCookie(c);
      // Used up first, whatever it leads to: an answer is looked at once.
      const begun = secret && (await store.takePending(hashSecret(secret), 'begun', new Date(auth.now())));
      if (!begun || begun.provider !== provider.name) return broughtBack(c, 'again');
      const proven = await proofOf(provider, begun, new URL(c.req.url).search);
      if (typeof proven === 'string') return broughtBack(c, proven, begun.linking);
      const ticket = newSecret();
      await store.keepPending(hashSecret(ticket), proven, new Date(auth.now()), soon());
      c.header('set-cookie', signInCookieOf(c, ticket, patience));
      c.header('cache-control', 'no-store');
      return c.redirect(proven.linking ? '/blog/account/link' : '/blog/login/continue', 302);
    });

  async function proofOf(provider: KnownProvider, begun: BegunSignIn, search: string): Promise<ProvenSignIn | Reason> {
    const { failureOf, readIdentity } = await import('./oauth-client.ts');
    try {
      const answer = new URL(begun.redirectUri);
      answer.search = search;
      const identity = await readIdentity(await providers.discovered(provider), provider, begun, answer);
      const { next, linking } = begun;
      return { step: 'proven', provider: provider.name, issuer: provider.issuer, ...identity, next, linking };
    } catch (error) {
      const failure = failureOf(error);
      if (failure !== 'denied')
        log.warn({ error, provider: provider.name }, 'the answer of a provider was refused: nobody is logged in');
      return failure;
    }
  }
}

/** Makes the account of somebody new, with the identity that is its way in. */
async function register(
  { store, now }: Auth,
  account: NewUser,
  first: FirstIdentity,
  invitation: string | undefined,
): Promise<User> {
  if (invitation === undefined) return (await store.register(account, first)) ?? taken();
  const made = await store.accept(hashSecret(invitation), new Date(now()), account, first);
  if (made === 'no such code') return invitationEnded();
  return made === 'name taken' ? taken() : made;
}

const failures: Readonly<Record<Reason, readonly [ErrorCode, string]>> = {
  again: ['forbidden', 'This log-in was begun elsewhere or long ago, or was finished already. Begin again.'],
  denied: ['forbidden', 'The provider was told not to say who you are.'],
  down: ['unavailable', 'The provider does not answer now. Try again later, or log in another way.'],
  refused: ['forbidden', 'What the provider answered proves nothing. Begin again.'],
};

/** Browsers go on to a page that says why, programs get a problem. What was begun has ended: its cookie goes. */
function broughtBack(c: Context<Env>, reason: Reason, linking = false): Response {
  const [code, detail] = failures[reason];
  const headers = { 'set-cookie': signInCookieOf(c, '', 0), 'cache-control': 'no-store' };
  if (!/\btext\/html\b/.test(header(c, 'accept') ?? '')) throw new AppError(code, detail, { headers });
  for (const [name, value] of Object.entries(headers)) c.header(name, value);
  return c.redirect(linking ? '/blog/account?unfinished' : `/blog/login?provider=${reason}`, 302);
}

const taken = (): never =>
  fail('conflict', 'This user name is taken.', { errors: [{ field: 'username', message: 'is taken' }] });
