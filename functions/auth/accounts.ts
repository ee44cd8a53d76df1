import type { ResponseOf } from '@dormouse/runtime/api';
import { check, type Env, json } from '@dormouse/runtime/app';
import { authenticate, required } from '@dormouse/runtime/auth';
import { fail, failField } from '@dormouse/runtime/errors';
import { measure } from '@dormouse/runtime/measure';
import { networkOf } from '@dormouse/runtime/network';
import { header } from '@dormouse/runtime/request';
import { keyOf, surrogateFields } from '@dormouse/runtime/surrogate-keys';
import { metrics } from '@dormouse/signals/metrics';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { lastAdministrator } from './administrator.ts';
import { api } from './api.ts';
import { currentUser, logInEnded } from './current-user.ts';
import type { Auth } from './dependencies.ts';
import { spend } from './limits.ts';
import { invitationEnded, openInvitation } from './open-invitation.ts';
import { demandPassword, guesserOf } from './password-guard.ts';
import { hashSecret } from './refresh-token.ts';
import { registeredRole } from './registration.ts';
import { rejectWeakPassword } from './reject-weak-password.ts';
import type { User } from './user.ts';
import type { NewUser } from './user-store.ts';
import { ownView, publicView, registeredView } from './views.ts';

/**
 * Accounts: register, look up, change, delete, claim.
 *
 * Only a user name can be "taken". E-mail addresses are not unique, because saying so would tell anybody who has an
 * account here; they are shown to their owner alone, and are in no event and no log.
 */
export function accounts(auth: Auth) {
  const { store, passwords, limiter, limits, now } = auth;
  const knowNetwork = (c: Context<Env>, user: User) =>
    store.rememberNetwork(user.id, guesserOf(auth, c, user.username), new Date(now()));
  const caller = authenticate(auth.tokens, api);
  const self = (c: Context<Env>) => currentUser(auth, c);
  const own = async (c: Context<Env>, user: User) =>
    c.json(ownView(user, await store.newEmail(user.id, new Date(now()))), 200, { 'cache-control': 'no-store' });

  return new Hono<Env>()
    .on(
      'POST',
      [api.register.path, api.createUser.path],
      caller,
      importing(importer(auth)),
      importing(json(api.register.scoped.body)),
      importing(importAccount(auth)),
      json(api.register.body),
      async (c) => {
        const { username, email, password, display_name, invitation } = c.req.valid('json');
        await spend(limiter, `register:${networkOf(auth.address(c))}`, limits.registerAddress);
        const blog = await store.blog();
        const invited = invitation === undefined ? undefined : await openInvitation(auth, invitation);
        const role = invited?.role ?? registeredRole(blog.registration ?? auth.registration);
        await rejectWeakPassword(password, { username, email });
        if (await store.taken(username)) taken();
        const displayName = display_name === undefined ? {} : { displayName: display_name };
        const account = { username, email, ...displayName, passwordHash: await passwords.hash(password) };
        const user =
          invitation === undefined
            ? ((await store.register({ ...account, role })) ?? taken())
            : await accept(auth, invitation, account);
        if (blog.version === 0 && !invited)
          auth.log.warn({ user_id: user.id }, 'somebody registered in a blog that was never set up');
        await knowNetwork(c, user);
        measure(metrics.accountsCreated, 1);
        c.header('location', `/api/users/${user.username}`);
        return c.json(registeredView({ ...user, email }), 201);
      },
    )

    .get(api.user.path, async (c) => {
      const user = (await store.find(c.req.param('name'))) ?? fail('not_found', 'There is no such user.');
      return c.json(publicView(user), 200, {
        'cache-control': 'no-cache',
        ...surrogateFields([keyOf.author(user.username)]),
      });
    })

    .get(api.me.path, caller, async (c) => own(c, await self(c)))

    .patch(api.changeMe.path, caller, json(api.changeMe.body), async (c) => {
      const user = await self(c);
      const { display_name, bio, links, picture, comment_mails, password, current_password } = c.req.valid('json');
      if (password !== undefined) await changePassword(auth, c, user, current_password, password);
      const change = { displayName: display_name, bio, links, picture, commentMails: comment_mails };
      return own(c, await store.setProfile(user, change));
    })

    .delete(api.removeMe.path, caller, removal, async (c) => {
      const user = await self(c);
      const { password, current_password } = c.req.valid('json');
      const field = password === undefined && current_password !== undefined ? 'current_password' : 'password';
      await demandPassword(auth, c, user, password ?? current_password, field);
      if ((await store.remove(user.id)) === 'last administrator') lastAdministrator();
      auth.log.info({ user_id: user.id }, 'an account was deleted by its owner');
      return c.body(null, 204);
    })

    .post(api.claim.path, json(api.claim.body), async (c) => {
      const { token, password, email } = c.req.valid('json');
      await spend(limiter, `claim:${networkOf(auth.address(c))}`, limits.loginAddress);
      const hash = hashSecret(token);
      const user = (await store.findClaim(hash, new Date(now()))) ?? expired();
      if (email === undefined && user.email === undefined) failField('email', 'is required');
      await rejectWeakPassword(password, { ...user, ...(email !== undefined && { email }) });
      const change = { passwordHash: await passwords.hash(password), ...(email !== undefined && { email }) };
      if (!(await store.claim(hash, new Date(now()), change))) expired();
      auth.log.info({ user_id: user.id }, 'a code was used to set a password: all sessions are ended');
      await knowNetwork(c, user);
      return c.json({ id: user.id, username: user.username } satisfies ResponseOf<typeof api.claim, 200>);
    });
}

/** Makes the account of somebody who was invited. @throws AppError not_found where another was faster with the same invitation */
async function accept({ store, now }: Auth, code: string, account: Omit<NewUser, 'role'>): Promise<User> {
  const made = await store.accept(hashSecret(code), new Date(now()), account);
  if (made === 'no such code') return invitationEnded();
  return made === 'name taken' ? taken() : made;
}

/** A body that is missing lacks the password, like an empty one. */
const readRemoval = json(api.removeMe.body);
const removal: typeof readRemoval = (c, next) => {
  if (header(c, 'content-type') !== undefined) return readRemoval(c, next);
  c.req.addValidatedData('json', check(api.removeMe.body, {}));
  return next();
};

/** Runs `inner` for callers whose token has scope `import`, and goes on otherwise. */
function importing(inner: MiddlewareHandler<Env>): MiddlewareHandler<Env> {
  return (c, next) => (c.var.caller?.scopes.includes('import') ? inner(c, next) : next());
}

/** What the token says was true when it was signed: an account must still have its session, and its role. */
function importer(auth: Auth): MiddlewareHandler<Env> {
  return async (c, next) => {
    if (c.var.caller?.session !== undefined && (await currentUser(auth, c)).role !== 'admin')
      fail('forbidden', 'Only administrators may import.');
    await next();
  };
}

/** Creates an account without login until it is claimed; 200 when the name already has one. */
function importAccount({
  store,
}: Auth): MiddlewareHandler<Env, string, { out: { json: { username: string; display_name?: string } } }> {
  return async (c) => {
    const { username, display_name } = c.req.valid('json');
    const found = await store.find(username);
    if (found) return c.json(imported(found));
    const made = await store.register({ username, ...(display_name !== undefined && { displayName: display_name }) });
    if (made) return c.json(imported(made), 201);
    const meanwhile = (await store.find(username)) ?? taken();
    return c.json(imported(meanwhile));
  };
}

async function changePassword(
  auth: Auth,
  c: Context<Env>,
  user: User,
  current: string | undefined,
  password: string,
): Promise<void> {
  const { store, passwords } = auth;
  await rejectWeakPassword(password, user);
  await demandPassword(auth, c, user, current);
  if (!(await store.setPassword(user.id, await passwords.hash(password), required(c).session))) logInEnded();
  auth.log.info({ user_id: user.id }, 'a password was changed: all sessions are ended');
}

/** Without its e-mail address, which is its owner's. */
const imported = ({ id, username }: User) => registeredView({ id, username });

const taken = (): never =>
  fail('conflict', 'This user name is taken.', { errors: [{ field: 'username', message: 'is taken' }] });
const expired = (): never => fail('not_found', 'This code is not valid any more. Ask an administrator for a new one.');
