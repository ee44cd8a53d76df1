import { randomBytes } from 'node:crypto';
import type { Redis } from '@dormouse/runtime/ioredis';
import type { LiveSecret, PasswordServer, RotatedCluster } from './rotation.ts';

/** Secret of the administrator's URL. */
export const administrator = 'redis-admin';
/** Secret from which a restarted Redis reads its users. */
const usersSecret = 'redis-users';

/** Passwords of Redis' users. @param redis as its administrator */
export function redisPasswords(
  redis: Pick<Redis, 'acl'>,
  cluster: Pick<RotatedCluster, 'patchSecret'>,
): PasswordServer {
  /** What Redis knows now is what it knows after a restart. */
  const keep = async () => {
    const lines = (await redis.acl('LIST')) as string[];
    await cluster.patchSecret(usersSecret, { 'users.acl': lines.map((line) => `${line}\n`).join('') }, undefined);
  };
  return {
    // Who has no name shares a password with others; redis_exporter's program is not ours to restart.
    holds: ({ name, data: { REDIS_URL } }) =>
      REDIS_URL !== undefined && new URL(REDIS_URL).username !== '' && name !== 'redis-exporter',
    async prepare({ data }) {
      const url = new URL(data.REDIS_URL!);
      url.password = randomBytes(32).toString('hex');
      await redis.acl('SETUSER', url.username, `>${url.password}`);
      await keep();
      return { REDIS_URL: url.href };
    },
    async drop({ data }: LiveSecret) {
      const { username, password } = new URL(data.REDIS_URL!);
      await redis.acl('SETUSER', username, 'resetpass', `>${password}`);
      await keep();
    },
  };
}
