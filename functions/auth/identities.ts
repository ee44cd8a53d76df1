import { randomUUID } from 'node:crypto';
import type { ResponseOf } from '@dormouse/runtime/api';
import { type Env, json } from '@dormouse/runtime/app';
import { authenticate } from '@dormouse/runtime/auth';
import { fail } from '@dormouse/runtime/errors';
import { Hono } from 'hono';
import { api } from './api.ts';
import { currentUser } from './current-user.ts';
import type { Auth } from './dependencies.ts';
import { identityTaken, signInEnded } from './identity-store.ts';
import { demandPassword } from './password-guard.ts';
import { hashSecret } from './refresh-token.ts';
import { identityView } from './views.ts';

/** The accounts at providers by which the caller logs in: listing, linking and unlinking. */
export function identities(auth: Auth) {
  const { store, log, now, providers } = auth;
  const caller = authenticate(auth.tokens);

  return new Hono<Env>()
    .get(api.identities.path, caller, async (c) => {
      const user = await currentUser(auth, c);
      const found = await store.identitiesOf(user.id);
      c.header('cache-control', 'no-store');
      return c.json(
        found.map((each) => identityView(each, providers)) satisfies ResponseOf<typeof api.identities, 200>,
      );
    })

    .post(api.linkIdentity.path, caller, json(api.linkIdentity.body), async (c) => {
      const user = await currentUser(auth, c);
      const { ticket, password } = c.req.valid('json');
      const at = new Date(now());
      // Looked at first, so that a wrong password does not use it up.
      if (!(await store.findPending(hashSecret(ticket), 'proven', at))) signInEnded();
      await demandPassword(auth, c, user, password, 'password');
      const { issuer, subject, label } = (await store.takePending(hashSecret(ticket), 'proven', at)) ?? signInEnded();
      const identity = { id: randomUUID(), issuer, subject, label, createdAt: at };
      if (!(await store.linkIdentity(user, identity))) identityTaken();
      log.warn({ user_id: user.id, identity: identity.id }, 'an account at a provider was linked by its owner');
      c.header('location', `${api.identities.path}/${identity.id}`);
      c.header('cache-control', 'no-store');
      return c.json(identityView({ ...identity, usedAt: undefined }, providers), 201);
    })

    .delete(api.unlinkIdentity.path, caller, json(api.unlinkIdentity.body), async (c) => {
      const user = await currentUser(auth, c);
      const id = c.req.param('id').toLowerCase();
      if (!(await store.identitiesOf(user.id)).some((each) => each.id === id)) unknown();
      await demandPassword(auth, c, user, c.req.valid('json').password, 'password');
      const issuers = providers.map(({ issuer }) => issuer);
      const outcome = await store.unlinkIdentity(user, id, issuers);
      if (outcome === 'unknown') unknown();
      if (outcome === 'last way in') fail('conflict', 'It is the last way into your account. Set a password first.');
      log.warn({ user_id: user.id, identity: id }, 'an account at a provider was unlinked by its owner');
      return c.body(null, 204);
    });
}

const unknown = (): never => fail('not_found', 'There is no such account at a provider.');
