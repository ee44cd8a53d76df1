/** A user of Redis: what may be done, as `ACL SETUSER` takes it, and what may log in (`#` and the SHA-256 of a password). */
export interface RedisUser {
  name: string;
  rules: readonly string[];
  hashes?: readonly string[];
}

/** A user in a line, as it follows `user` in users.acl and `ACL SETUSER` in a command. */
export const redisUserLine = ({ name, rules, hashes = [] }: RedisUser): string =>
  [name, 'on', ...hashes, ...rules].join(' ');

/** users.acl: these users, and nobody without a name. */
export const redisUsersFile = (users: readonly RedisUser[]): string =>
  ['default off', ...users.map(redisUserLine)].map((line) => `user ${line}\n`).join('');
