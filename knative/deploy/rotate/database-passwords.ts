import { randomBytes } from 'node:crypto';
import { dropPassword, loginsOf, prepareLogin, type RunsSql } from '@dormouse/runtime/login-role';
import type { LiveSecret, PasswordServer } from './rotation.ts';

/** Secret of the administrator's URL, which no running function has. */
export const administrator = 'migrate-database';

/** The role that owns what a Secret's login may do. */
export function roleOf({ data }: LiveSecret): string {
  const login = decodeURIComponent(new URL(data.DATABASE_URL!).username);
  return login.endsWith('_b') ? login.slice(0, -2) : login;
}

/** Passwords of functions' roles; the administrator's own is not among them. @param sql as the administrator */
export function databasePasswords(sql: RunsSql): PasswordServer {
  const turns = (secret: LiveSecret) => {
    const login = decodeURIComponent(new URL(secret.data.DATABASE_URL!).username);
    const role = roleOf(secret);
    const [one, other] = loginsOf(role);
    return { role, login, other: login === one ? other : one };
  };
  return {
    holds: ({ name, data }) => data.DATABASE_URL !== undefined && name !== administrator,
    async prepare(secret) {
      const { role, other } = turns(secret);
      const password = randomBytes(32).toString('hex');
      await prepareLogin(sql, role, other, password);
      const urls = Object.entries(secret.data).filter(([key]) => key.endsWith('_URL'));
      return Object.fromEntries(urls.map(([key, url]) => [key, withLogin(url, other, password)]));
    },
    async drop(secret) {
      await dropPassword(sql, turns(secret).other);
    },
  };
}

function withLogin(text: string, username: string, password: string): string {
  return Object.assign(new URL(text), { username, password }).href;
}
