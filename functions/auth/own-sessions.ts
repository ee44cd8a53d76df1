import type { Env } from '@dormouse/runtime/app';
import { authenticate, required } from '@dormouse/runtime/auth';
import { fail } from '@dormouse/runtime/errors';
import { Hono } from 'hono';
import { api } from './api.ts';
import { currentUser } from './current-user.ts';
import type { Auth } from './dependencies.ts';
import { identityView, invitationView, ownView, passkeyView, personalTokenView, sessionView } from './views.ts';

/** The log-ins of the caller: which there are, and ending one; and everything that auth has of the caller. */
export function ownSessions(auth: Auth) {
  const { store, log, now } = auth;
  const caller = authenticate(auth.tokens);

  return new Hono<Env>()
    .get(api.sessions.path, caller, async (c) => {
      const user = await currentUser(auth, c);
      const found = await store.sessionsOf(user.id, new Date(now()));
      c.header('cache-control', 'no-store');
      return c.json(found.map((each) => sessionView(each, required(c).session)));
    })

    .get(api.exportMe.path, caller, async (c) => {
      const user = await currentUser(auth, c);
      const at = new Date(now());
      const [sessions, tokens, identities, passkeys, invitations, newEmail] = await Promise.all([
        store.sessionsOf(user.id, at),
        store.tokensOf(user.id, at),
        store.identitiesOf(user.id),
        store.passkeysOf(user.id),
        store.invitations(at, user.id),
        store.newEmail(user.id, at),
      ]);
      c.header('cache-control', 'no-store');
      return c.json({
        account: ownView(user, newEmail),
        sessions: sessions.map((each) => sessionView(each, required(c).session)),
        personal_tokens: tokens.map(personalTokenView),
        identities: identities.map((each) => identityView(each, auth.providers)),
        passkeys: passkeys.map(passkeyView),
        invitations: invitations.map(invitationView),
      });
    })

    .delete(api.endSession.path, caller, async (c) => {
      const user = await currentUser(auth, c);
      const id = c.req.param('id');
      if (!(await store.endSession(user.id, id))) fail('not_found', 'There is no such session.');
      log.info({ user_id: user.id, session: id }, 'a session was ended by its owner');
      return c.body(null, 204);
    });
}
