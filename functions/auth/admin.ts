import { type Role, roles } from '@dormouse/runtime/caller';
import { outbox } from '@dormouse/runtime/outbox';
import { openSql } from '@dormouse/runtime/sql';
import { hashSecret, newSecret } from './refresh-token.ts';
import { createStore, type Store } from './store.ts';
import type { User } from './user.ts';
import { parseUsername, usernameRule } from './username.ts';

/** How long a code may be used. */
const codeDays = 7;

/** What the commands need of the world. */
export interface Admin {
  store: Store;
  /** Address of the blog, without a slash at its end. */
  url: string;
  now: () => number;
  print: (line: string) => void;
}

/**
 * Makes NAME an administrator, or gives it another role; the account is made when there is none.
 * @throws Error with one line for the operator when it cannot be done; so do the others
 */
export async function promote(admin: Admin, input: string, word = 'admin'): Promise<void> {
  const username = parseUsername(input);
  if (!username) throw new Error(`a user name ${usernameRule}`);
  const role = roleOf(word);
  const before = await admin.store.setRole(username, role);
  const user = before ?? (await admin.store.register({ username, role }));
  if (!user) throw new Error(`${username} was deleted; a name is never given out twice`);
  const title = role === 'admin' ? 'administrator' : role;
  admin.print(before ? `${user.username} is promoted to ${title}.` : `${user.username} is made, as ${title}.`);
  if (user.passwordHash === undefined) await code(admin, user);
}

/** Prints a one-time code by which the owner of an imported account sets its password. */
export async function claim(admin: Admin, username: string): Promise<void> {
  const user = await known(admin, username);
  if (user.passwordHash !== undefined)
    throw new Error(`${user.username} has a password; use: dormouse admin reset ${user.username}`);
  await code(admin, user);
}

/** Prints a one-time link to the page on which the blog is set up; the link before is void. False when it is set up already. */
export async function offerSetup({ store, url, print }: Admin): Promise<boolean> {
  const secret = newSecret();
  if (!(await store.offerSetup(hashSecret(secret)))) return false;
  print(`${url}/setup?code=${secret}`);
  return true;
}

/** Prints a one-time code by which NAME sets a new password; using it ends all of NAME's sessions. */
export async function reset(admin: Admin, username: string): Promise<void> {
  await code(admin, await known(admin, username));
}

/** Gives an account another role; it takes effect everywhere within 5 seconds. */
export async function setRole(admin: Admin, username: string, word: string): Promise<void> {
  const role = roleOf(word);
  const user = (await admin.store.setRole(username, role)) ?? nobody(username);
  admin.print(`${user.username} is ${role}.`);
}

/** Ends all sessions of an account, or of all accounts; their access tokens end everywhere within 5 seconds. */
export async function endSessions(admin: Admin, username?: string): Promise<void> {
  const user = username === undefined ? undefined : await known(admin, username);
  const count = await admin.store.closeSessions(user?.id);
  admin.print(`${count} ${count === 1 ? 'session' : 'sessions'} of ${user?.username ?? 'everybody'} ended.`);
}

/**
 * Only its hash is stored: the code cannot be shown a second time, and a new one makes it void. It is no part of an
 * address, which browsers, proxies and chats keep.
 */
async function code({ store, url, now, print }: Admin, user: User): Promise<void> {
  const secret = newSecret();
  const expires = new Date(now() + codeDays * 86_400_000);
  await store.offerClaim(user.id, hashSecret(secret), expires);
  const until = expires.toISOString().slice(0, 16).replace('T', ' ');
  print(`To set the password of ${user.username}, once and until ${until} UTC: open ${url}/claim and give the code`);
  print(`  ${secret}`);
}

const known = async ({ store }: Admin, username: string): Promise<User> =>
  (await store.find(username)) ?? nobody(username);

function roleOf(word: string): Role {
  return roles.find((role) => role === word) ?? unknownRole();
}

function unknownRole(): never {
  throw new Error(`a role is one of ${roles.join(', ')}`);
}

function nobody(username: string): never {
  throw new Error(`there is no user ${username}`);
}

export interface AdminOptions {
  databaseUrl: string;
  /** Address of the blog, without a slash at its end. */
  url: string;
  print: (line: string) => void;
}

/** Runs `work` on the database of accounts. @throws Error in one line, also when the database does not answer */
export async function withAdmin(options: AdminOptions, work: (admin: Admin) => Promise<void>): Promise<void> {
  const { databaseUrl, url, print } = options;
  const sql = openSql({ databaseUrl, service: 'admin' });
  try {
    // Without a sink its events wait in the table for the relay's next round.
    await work({ store: createStore(sql, outbox({ sql, source: '/auth' })), url, now: Date.now, print });
  } catch (error) {
    if ((error as { code?: string }).code !== 'ECONNREFUSED') throw error;
    throw new Error('the database does not answer: is the platform running (npm start)?', { cause: error });
  } finally {
    await sql.end({ timeout: 1 });
  }
}
