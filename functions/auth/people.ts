import type { ResponseOf } from '@dormouse/runtime/api';
import { check, type Env, json } from '@dormouse/runtime/app';
import { authenticate } from '@dormouse/runtime/auth';
import { fail } from '@dormouse/runtime/errors';
import { Hono } from 'hono';
import { administrator, lastAdministrator } from './administrator.ts';
import { api } from './api.ts';
import type { Auth } from './dependencies.ts';
import { spend } from './limits.ts';
import { personView } from './views.ts';

/** Changes of one administrator within a minute. */
const changesPerMinute = 60;

/** What administrators see of accounts, and change. */
export function people(auth: Auth) {
  const { store, limiter } = auth;
  const caller = authenticate(auth.tokens);

  return new Hono<Env>()
    .get(api.people.path, caller, async (c) => {
      await administrator(auth, c, 'Only administrators list accounts.');
      const { limit, after } = check(api.people.query, c.req.query());
      const found = await store.users(limit + 1, after);
      const shown = found.slice(0, limit);
      const last = shown.at(-1);
      if (found.length > limit && last)
        c.header(
          'link',
          `<${c.req.path}?${new URLSearchParams({ limit: String(limit), after: last.username })}>; rel="next"`,
        );
      c.header('cache-control', 'no-store');
      return c.json(shown.map(personView) satisfies ResponseOf<typeof api.people, 200>);
    })

    .patch(api.changeUser.path, caller, json(api.changeUser.body), async (c) => {
      const admin = await administrator(auth, c, 'Only administrators change accounts of others.');
      await spend(limiter, `people:${admin}`, changesPerMinute);
      const change = c.req.valid('json');
      const user =
        (await store.changeUser(c.req.param('name'), change, admin)) ?? fail('not_found', 'There is no such user.');
      if (user === 'last administrator') return lastAdministrator();
      const { id, role, suspended } = user;
      auth.log.info({ user_id: id, role, suspended, changed_by: admin }, 'an account was changed by an administrator');
      c.header('cache-control', 'no-store');
      return c.json(personView(user));
    });
}
