import { randomUUID } from 'node:crypto';
import { cameFromOutside } from '@dormouse/runtime/address';
import type { ResponseOf } from '@dormouse/runtime/api';
import { type Env, json } from '@dormouse/runtime/app';
import { authenticate, required } from '@dormouse/runtime/auth';
import { fail } from '@dormouse/runtime/errors';
import { networkOf } from '@dormouse/runtime/network';
import { personalPrefix } from '@dormouse/runtime/personal-token';
import { askingForUnknown } from '@dormouse/runtime/unknown-tokens';
import { Hono } from 'hono';
import { api } from './api.ts';
import { currentUser } from './current-user.ts';
import type { Auth } from './dependencies.ts';
import { exchangeToken } from './exchange-token.ts';
import { spend } from './limits.ts';
import { hashSecret, newSecret } from './refresh-token.ts';
import { personalTokenView } from './views.ts';

/** Tokens that one account makes or revokes within a minute. */
const changesPerMinute = 60;

/** Personal access tokens: making, listing and revoking one's own, which needs a log-in; and exchanging one. */
export function personalTokens(auth: Auth) {
  const { store, limiter, log, now } = auth;
  const caller = authenticate(auth.tokens);
  const askForUnknown = askingForUnknown(now);

  return new Hono<Env>()
    .get(api.personalTokens.path, caller, async (c) => {
      const user = await currentUser(auth, c);
      const found = await store.tokensOf(user.id, new Date(now()));
      c.header('cache-control', 'no-store');
      return c.json(found.map(personalTokenView));
    })

    .post(api.makePersonalToken.path, caller, json(api.makePersonalToken.body), async (c) => {
      const user = await currentUser(auth, c);
      await spend(limiter, `tokens:${user.id}`, changesPerMinute);
      const { name, scopes, expires_in } = c.req.valid('json');
      const token = `${personalPrefix}${newSecret()}`;
      const at = now();
      const made = await store.makeToken({
        id: randomUUID(),
        userId: user.id,
        name,
        scopes,
        hash: hashSecret(token),
        session: required(c).session,
        createdAt: new Date(at),
        expiresAt: new Date(at + expires_in * 1000),
      });
      if (made === 'too many') fail('conflict', 'You have too many tokens. Revoke one first.');
      if (made === 'ended') fail('unauthorized', 'This log-in has ended. Log in again.');
      log.info({ user_id: user.id, token: made.id, scopes }, 'somebody made a personal access token');
      c.header('location', `${api.personalTokens.path}/${made.id}`);
      c.header('cache-control', 'no-store');
      return c.json({ ...personalTokenView(made), token }, 201);
    })

    .delete(api.revokePersonalToken.path, caller, async (c) => {
      const user = await currentUser(auth, c);
      await spend(limiter, `tokens:${user.id}`, changesPerMinute);
      const id = c.req.param('id');
      if (!(await store.revokeToken(user.id, id))) fail('not_found', 'There is no such token.');
      log.info({ user_id: user.id, token: id }, 'a personal access token was revoked by its owner');
      return c.body(null, 204);
    })

    .post(api.revokeHeldToken.path, json(api.revokeHeldToken.body), async (c) => {
      const revoked = await store.revokeHeldToken(hashSecret(c.req.valid('json').token));
      if (revoked)
        auth.log.info(
          { user_id: revoked.userId, token: revoked.id },
          'a personal access token was revoked by who holds it',
        );
      return c.body(null, 204);
    })

    .post(api.exchangePersonalToken.path, json(api.exchangePersonalToken.body), async (c) => {
      const { token } = c.req.valid('json');
      // Functions count by themselves, and ask for all of their clients.
      const network = cameFromOutside(c) ? networkOf(auth.address(c)) : undefined;
      const exchanged =
        (await askForUnknown(network, () => exchangeToken(auth, token))) ??
        fail('unauthorized', 'The token is not valid.');
      c.header('cache-control', 'no-store');
      return c.json({
        token: exchanged.token,
        token_type: 'Bearer',
        expires_in: exchanged.seconds,
        scope: exchanged.scopes.join(' '),
      } satisfies ResponseOf<typeof api.exchangePersonalToken, 200>);
    });
}
