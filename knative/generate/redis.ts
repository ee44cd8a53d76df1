import { redisUsersFile } from '@dormouse/manifests/redis-acl';
import { redisAdmin, redisExporter, redisRules } from '@dormouse/runtime/redis-users';
import type { Base } from './read-functions.ts';

/** users.acl without passwords, for a Redis that somebody else runs; `npm run secrets` adds them for the component's. */
export const redisUsers = ({ functions }: Base): string =>
  redisUsersFile(
    [...functions.filter(({ kind }) => kind === 'Service').map(({ name }) => name), redisAdmin, redisExporter].map(
      (name) => ({ name, rules: redisRules(name) }),
    ),
  );
