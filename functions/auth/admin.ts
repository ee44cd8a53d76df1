import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Role, roles } from '@dormouse/runtime/caller';
import { variable } from '@dormouse/runtime/config';
import { outbox } from '@dormouse/runtime/outbox';
import { openSql } from '@dormouse/runtime/sql';
import { hashSecret, newSecret } from './refresh-token.ts';
import { createStore, type Store, type User } from './store.ts';
import { parseUsername, usernameRule } from './username.ts';

const help = `Accounts and what they may do.

  npm run admin -- NAME             make NAME an administrator; the account is made when there is none
  npm run admin -- NAME --role ROLE the same with another role: operator redrives and replays events
  npm run admin -- claim NAME       a one-time link by which the owner of an imported account sets its password
  npm run admin -- reset NAME       a one-time link by which NAME sets a new password; using it ends all of NAME's log-ins
  npm run admin -- role NAME ROLE   ${roles.join(', ')}; takes effect with the next access token, within 15 minutes

  --database-url URL   default: DORMOUSE_HOME/secrets/auth-database/DATABASE_URL (DORMOUSE_HOME: .dormouse), or DATABASE_URL
  --url ADDRESS        where people reach the blog, for links (default http://127.0.0.1:PORT, PORT 8080)
  --help`;

/** How long a link may be used. */
const linkDays = 7;

/** What the commands need of the world. */
export interface Admin {
  store: Store;
  /** Address of the blog, without a slash at its end. */
  url: string;
  now: () => number;
  print: (line: string) => void;
}

/**
 * Runs one command of the program `admin.ts`: NAME, claim NAME, reset NAME, role NAME ROLE.
 * @param role what NAME alone is made; admin unless given
 * @throws Error with one line for the operator when it cannot be done.
 */
export async function adminCommand(words: readonly string[], admin: Admin, role?: string): Promise<void> {
  const [first = '', second, third, ...rest] = words;
  if (second === undefined) return promote(admin, first, role);
  if (role !== undefined) throw new Error('--role stands with NAME alone');
  if (first === 'claim' && third === undefined) return claim(admin, await known(admin, second));
  if (first === 'reset' && third === undefined) return reset(admin, await known(admin, second));
  if (first === 'role' && third !== undefined && rest.length === 0) return setRole(admin, second, third);
  throw new Error('unknown command; see --help');
}

async function promote(admin: Admin, input: string, word = 'admin'): Promise<void> {
  const username = parseUsername(input);
  if (!username) throw new Error(`a user name ${usernameRule}`);
  const role = roleOf(word);
  const before = await admin.store.setRole(username, role);
  const user = before ?? (await admin.store.register({ username, role }));
  if (!user) throw new Error(`${username} was deleted; a name is never given out twice`);
  const title = role === 'admin' ? 'administrator' : role;
  admin.print(before ? `${user.username} is promoted to ${title}.` : `${user.username} is made, as ${title}.`);
  if (user.passwordHash === undefined) await link(admin, user);
}

async function claim(admin: Admin, user: User): Promise<void> {
  if (user.passwordHash !== undefined) throw new Error(`${user.username} has a password; use: reset ${user.username}`);
  await link(admin, user);
}

async function reset(admin: Admin, user: User): Promise<void> {
  await link(admin, user);
}

async function setRole(admin: Admin, username: string, word: string): Promise<void> {
  const role = roleOf(word);
  const user = (await admin.store.setRole(username, role)) ?? nobody(username);
  admin.print(`${user.username} is ${role}.`);
}

/** Only its hash is stored: the link cannot be shown a second time, and a new one makes it void. */
async function link({ store, url, now, print }: Admin, user: User): Promise<void> {
  const secret = newSecret();
  const expires = new Date(now() + linkDays * 86_400_000);
  await store.offerClaim(user.id, hashSecret(secret), expires);
  print(
    `To set the password of ${user.username}, once and until ${expires.toISOString().slice(0, 16).replace('T', ' ')} UTC:`,
  );
  print(`  ${url}/claim?token=${secret}`);
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

/** The program: reads the command line, connects, runs one command. @returns the exit code. */
async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      'database-url': { type: 'string' },
      url: { type: 'string' },
      role: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help || positionals.length === 0) {
    console.log(help);
    return values.help ? 0 : 1;
  }
  const sql = openSql({ databaseUrl: databaseUrl(values['database-url']), service: 'admin' });
  try {
    const url = (values.url ?? `http://127.0.0.1:${variable('PORT', '8080')}`).replace(/\/+$/, '');
    // Without a sink its events wait in the table for the relay's next round.
    const store = createStore(sql, outbox({ sql, source: '/auth' }));
    await adminCommand(positionals, { store, url, now: Date.now, print: console.log }, values.role);
    return 0;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function databaseUrl(noticed: string | undefined): string {
  const file = join(variable('DORMOUSE_HOME', '.dormouse'), 'secrets/auth-database/DATABASE_URL');
  const given = noticed ?? variable('DATABASE_URL', '');
  if (given) return given;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new Error(`${file} cannot be read: start the platform once with npm start, or give --database-url`, {
      cause,
    });
  }
}

/** An error as one line; a database that does not answer is named as that. */
function words(error: unknown): string {
  const { message, code } = error as Error & { code?: string };
  return code === 'ECONNREFUSED'
    ? 'the database does not answer: is the platform running (npm start)?'
    : message || String(code);
}

if (import.meta.main) {
  process.exitCode = await main(process.argv.slice(2)).catch((error) => {
    console.error(`admin: ${words(error)}`);
    return 1;
  });
}
