import type { ResponseOf } from '@dormouse/runtime/api';
import { type Env, json } from '@dormouse/runtime/app';
import { authenticate } from '@dormouse/runtime/auth';
import { fail } from '@dormouse/runtime/errors';
import { measure } from '@dormouse/runtime/measure';
import { networkOf } from '@dormouse/runtime/network';
import { unchanged } from '@dormouse/runtime/representation';
import { header } from '@dormouse/runtime/request';
import { keyOf, surrogateFields } from '@dormouse/runtime/surrogate-keys';
import { metrics } from '@dormouse/signals/metrics';
import { Hono } from 'hono';
import { administrator } from './administrator.ts';
import { api } from './api.ts';
import type { SettingsChange } from './blog-store.ts';
import { legible } from './contrast.ts';
import type { Auth } from './dependencies.ts';
import { spend } from './limits.ts';
import { guesserOf } from './password-guard.ts';
import { hashSecret } from './refresh-token.ts';
import { rejectWeakPassword } from './reject-weak-password.ts';
import { registeredView, settingsView } from './views.ts';

type SettingsView = ResponseOf<typeof api.settings, 200>;

/** Changes of one administrator within a minute. */
const changesPerMinute = 60;

/** The settings of the blog, and setting it up. */
export function blog(auth: Auth) {
  const { store, passwords, limiter, limits } = auth;

  return new Hono<Env>()
    .get(api.settings.path, async (c) => {
      const settings = settingsView(await store.blog(), auth.registration);
      const etag = etagOf(settings);
      const headers = { etag, 'cache-control': 'no-cache', ...surrogateFields([keyOf.blog]) };
      return unchanged(c, etag) ? c.body(null, 304, headers) : c.json(settings, 200, headers);
    })

    .patch(api.changeSettings.path, authenticate(auth.tokens), json(api.changeSettings.body), async (c) => {
      const admin = await administrator(auth, c, 'Only administrators change the settings of the blog.');
      await spend(limiter, `settings:${admin}`, changesPerMinute);
      const change = withBothAccents(c.req.valid('json'));
      const after =
        (await store.changeBlog(change, admin, versionIn(header(c, 'if-match')))) ??
        fail('precondition_failed', 'The settings were changed since you read them.');
      auth.log.info({ user_id: admin, settings: Object.keys(change) }, 'settings of the blog were changed');
      const settings = settingsView(after, auth.registration);
      return c.json(settings, 200, { etag: etagOf(settings), 'cache-control': 'no-store' });
    })

    .post(api.setUp.path, json(api.setUp.body), async (c) => {
      const { code, username, email, password, ...change } = c.req.valid('json');
      await spend(limiter, `setup:${networkOf(auth.address(c))}`, limits.loginAddress);
      if ((await store.blog()).version > 0) setUpAlready();
      await rejectWeakPassword(password, { username, email });
      const user = { username, email, passwordHash: await passwords.hash(password) };
      const made = await store.setUp(hashSecret(code), user, change);
      if (made === 'set up') return setUpAlready();
      if (made === 'no such code')
        return fail('not_found', 'This code is not valid any more. The next start of the platform prints a new one.');
      if (made === 'name taken')
        return fail('conflict', 'This user name is taken.', { errors: [{ field: 'username', message: 'is taken' }] });
      await store.rememberNetwork(made.id, guesserOf(auth, c, made.username), new Date(auth.now()));
      measure(metrics.accountsCreated, 1);
      auth.log.info({ user_id: made.id }, 'the blog was set up');
      c.header('location', `/api/users/${made.username}`);
      return c.json(registeredView({ ...made, email }), 201);
    });
}

/** A new accent is told from the page in both themes. */
const withBothAccents = (change: SettingsChange): SettingsChange =>
  change.accent === undefined || change.accent_dark !== undefined
    ? change
    : { ...change, accent_dark: legible(change.accent, 'dark') };

/** Who may register can change with the installation. */
const etagOf = ({ version, registration }: SettingsView): string => `"${version}-${registration}"`;

/** The version that If-Match names; -1, which is none, for a tag that is not ours. */
function versionIn(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  return Number(/^"(\d{1,9})-[a-z]+"$/.exec(ifMatch.trim())?.[1] ?? -1);
}

const setUpAlready = (): never => fail('conflict', 'This blog is set up already.');
