import type { ResponseOf } from '@dormouse/runtime/api';
import { type Env, json, otherwise } from '@dormouse/runtime/app';
import { authenticate } from '@dormouse/runtime/auth';
import { fail } from '@dormouse/runtime/errors';
import { networkOf } from '@dormouse/runtime/network';
import { originOf } from '@dormouse/runtime/origin';
import { Hono } from 'hono';
import { api } from './api.ts';
import { beginSession, counting, rejectSuspended } from './begin-session.ts';
import { currentUser } from './current-user.ts';
import type { Auth } from './dependencies.ts';
import { spend } from './limits.ts';
import { creationOptions, patience, requestOptions } from './passkey-options.ts';
import { demandPassword } from './password-guard.ts';
import { hashSecret, newSecret } from './refresh-token.ts';
import { passkeyView } from './views.ts';

/** Passkeys: logging in with one, without a name; and those of the caller: listing, making, renaming, removing. */
export function passkeys(auth: Auth) {
  const { store, limiter, limits, log } = auth;
  const caller = authenticate(auth.tokens);
  const now = () => new Date(auth.now());
  const soon = () => new Date(auth.now() + patience * 1000);

  return new Hono<Env>()
    .post(api.askForPasskey.path, async (c) => {
      await spend(limiter, `passkey-options:${networkOf(auth.address(c))}`, limits.loginAddress);
      const [ticket, challenge] = [newSecret(), newSecret()];
      await store.keepPending(hashSecret(ticket), { step: 'passkey asked', challenge }, now(), soon());
      c.header('cache-control', 'no-store');
      return c.json({ ticket, options: requestOptions(originOf(c), challenge) });
    })

    .post(api.logInByPasskey.path, json(api.logInByPasskey.body), counting, async (c) => {
      const { ticket, response, refresh } = c.req.valid('json');
      await spend(limiter, `login-address:${networkOf(auth.address(c))}`, limits.loginAddress);
      const { challenge } = (await store.takePending(hashSecret(ticket), 'passkey asked', now())) ?? ended();
      const passkey = (await store.findPasskey(response.id)) ?? refused();
      const { readUse } = await import('./passkey-answer.ts');
      const counter = await readUse(response, passkey, { challenge, origin: originOf(c) }).catch((error: unknown) => {
        log.warn({ error, user_id: passkey.userId }, 'what a passkey answered was refused');
        return refused();
      });
      if (!(await store.usePasskey(passkey, counter, now()))) refused();
      const user = (await store.userOfPasskey(passkey.id)) ?? refused();
      rejectSuspended(user);
      // Whoever unlocked the device has shown two factors already.
      return c.json(await beginSession(auth, c, user, { carrier: refresh, secondFactor: true }));
    })

    .get(api.passkeys.path, caller, async (c) => {
      const user = await currentUser(auth, c);
      const found = await store.passkeysOf(user.id);
      c.header('cache-control', 'no-store');
      return c.json(found.map(passkeyView) satisfies ResponseOf<typeof api.passkeys, 200>);
    })

    .post(api.offerPasskey.path, caller, json(api.offerPasskey.body), async (c) => {
      const user = await currentUser(auth, c);
      await demandPassword(auth, c, user, c.req.valid('json').password, 'password');
      const [ticket, challenge] = [newSecret(), newSecret()];
      const pending = { step: 'passkey offered', challenge, userId: user.id } as const;
      await store.keepPending(hashSecret(ticket), pending, now(), soon());
      const site = { origin: originOf(c), title: (await store.blog()).title };
      c.header('cache-control', 'no-store');
      return c.json({ ticket, options: creationOptions(site, user, challenge, await store.passkeysOf(user.id)) });
    })

    .all(api.offerPasskey.path, otherwise('POST'))

    .post(api.addPasskey.path, caller, json(api.addPasskey.body), async (c) => {
      const user = await currentUser(auth, c);
      const { ticket, name, response } = c.req.valid('json');
      const offered = (await store.takePending(hashSecret(ticket), 'passkey offered', now())) ?? ended();
      if (offered.userId !== user.id) ended();
      const { readNewPasskey } = await import('./passkey-answer.ts');
      const expected = { challenge: offered.challenge, origin: originOf(c) };
      const credential = await readNewPasskey(response, expected).catch((error: unknown) => {
        log.warn({ error, user_id: user.id }, 'what a new passkey answered was refused');
        return refused();
      });
      const passkey = { ...credential, name, createdAt: now() };
      const outcome = await store.addPasskey(user, passkey);
      if (outcome === 'known') fail('conflict', 'This passkey is here already.');
      if (outcome === 'too many') fail('conflict', 'You have too many passkeys. Remove one first.');
      log.warn({ user_id: user.id, passkey: passkey.id }, 'a passkey was added by its owner');
      c.header('location', `${api.passkeys.path}/${passkey.id}`);
      c.header('cache-control', 'no-store');
      return c.json(passkeyView({ ...passkey, usedAt: undefined }), 201);
    })

    .patch(api.renamePasskey.path, caller, json(api.renamePasskey.body), async (c) => {
      const user = await currentUser(auth, c);
      if (!(await store.renamePasskey(user.id, c.req.param('id'), c.req.valid('json').name))) unknown();
      return c.body(null, 204);
    })

    .delete(api.removePasskey.path, caller, json(api.removePasskey.body), async (c) => {
      const user = await currentUser(auth, c);
      const id = c.req.param('id');
      if (!(await store.passkeysOf(user.id)).some((each) => each.id === id)) unknown();
      await demandPassword(auth, c, user, c.req.valid('json').password, 'password');
      const issuers = auth.providers.map(({ issuer }) => issuer);
      const outcome = await store.removePasskey(user, id, issuers);
      if (outcome === 'unknown') unknown();
      if (outcome === 'last way in') fail('conflict', 'It is the last way into your account. Set a password first.');
      log.warn({ user_id: user.id, passkey: id }, 'a passkey was removed by its owner');
      return c.body(null, 204);
    });
}

const unknown = (): never => fail('not_found', 'There is no such passkey.');
const ended = (): never => fail('not_found', 'That took too long, or was done already. Begin again.');
const refused = (): never => fail('forbidden', 'The passkey is not known here, or what it answered proves nothing.');
