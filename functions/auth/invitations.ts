import { type Env, id, json, otherwise } from '@dormouse/runtime/app';
import { authenticate } from '@dormouse/runtime/auth';
import { fail } from '@dormouse/runtime/errors';
import { networkOf } from '@dormouse/runtime/network';
import { type Context, Hono } from 'hono';
import { api } from './api.ts';
import { currentUser } from './current-user.ts';
import type { Auth } from './dependencies.ts';
import { grantable } from './granting.ts';
import { spend } from './limits.ts';
import { openInvitation } from './open-invitation.ts';
import { hashSecret, newSecret } from './refresh-token.ts';
import type { User } from './user.ts';
import { invitationView } from './views.ts';

/** Invitations that one account makes or revokes within a minute. */
const changesPerMinute = 60;
/** Largest id of the column. */
const maxId = 2 ** 31 - 1;

/** Inviting people. An invitation is accepted by registering with its code: see accounts.ts. */
export function invitations(auth: Auth) {
  const { store, limiter, limits, log, now } = auth;
  const caller = authenticate(auth.tokens);

  return new Hono<Env>()
    .get(api.invitations.path, caller, async (c) => {
      const { id, role } = await inviter(auth, c);
      const found = await store.invitations(new Date(now()), role === 'admin' ? undefined : id);
      c.header('cache-control', 'no-store');
      return c.json({ roles: [...grantable(role)], invitations: found.map(invitationView) });
    })

    .post(api.invite.path, caller, json(api.invite.body), async (c) => {
      const by = await inviter(auth, c);
      const { role, name, email, days } = c.req.valid('json');
      await spend(limiter, `invite:${by.id}`, changesPerMinute);
      if (!grantable(by.role).includes(role)) fail('forbidden', 'Nobody invites others to more than their own role.');
      const { registration } = await store.blog();
      if ((registration ?? auth.registration) === 'nobody')
        fail('conflict', 'This blog takes no new accounts. An administrator can change this in the settings.');
      const code = newSecret();
      const made = await store.invite({
        hash: hashSecret(code),
        role,
        name,
        email,
        by: by.id,
        createdAt: new Date(now()),
        expiresAt: new Date(now() + days * 86_400_000),
      });
      log.info({ user_id: by.id, invitation: made.id, role }, 'somebody was invited');
      c.header('location', `${api.invitations.path}/${made.id}`);
      c.header('cache-control', 'no-store');
      return c.json({ ...invitationView(made), code }, 201);
    })

    .post(api.lookUpInvitation.path, json(api.lookUpInvitation.body), async (c) => {
      await spend(limiter, `invitation:${networkOf(auth.address(c))}`, limits.loginAddress);
      const found = await openInvitation(auth, c.req.valid('json').code);
      c.header('cache-control', 'no-store');
      return c.json(invitationView(found));
    })

    .all(api.lookUpInvitation.path, otherwise('POST'))

    .delete(api.revokeInvitation.path, caller, async (c) => {
      const by = await inviter(auth, c);
      await spend(limiter, `invite:${by.id}`, changesPerMinute);
      const own = by.role !== 'admin';
      const revoked = await store.revokeInvitation(id(c.req.param('id'), maxId), by.id, own);
      if (!revoked) fail('not_found', 'There is no such invitation.');
      log.info({ user_id: by.id, invitation: Number(c.req.param('id')) }, 'an invitation was revoked');
      return c.body(null, 204);
    });
}

/** The caller, when they may invite now, whatever the token was signed with. @throws AppError forbidden */
async function inviter(auth: Auth, c: Context<Env>): Promise<User> {
  const user = await currentUser(auth, c);
  return grantable(user.role).length > 0 ? user : fail('forbidden', 'Only editors and administrators invite people.');
}
