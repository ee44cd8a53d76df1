import { mailRequested } from '@dormouse/events/mail';
import { uuidv7 } from '@dormouse/runtime/ids';
import type { Emit, Outbox } from '@dormouse/runtime/outbox';
import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import { endSessions, lockWhileLasting } from './session-store.ts';
import { firstUser, type User, type UserRow } from './user.ts';
import { usernameKey } from './username.ts';

export type MailKind = 'password-reset' | 'email-verification' | 'log-in' | 'email-change' | 'email-changed';
/** Mails about an account that go to another address than it has. */
const elsewhere: readonly MailKind[] = ['email-change', 'email-changed'];
/** Mails whose links set a password: `email-changed` goes to the address of before, and brings it back as well. */
const forPassword = ['password-reset', 'email-changed'] as const satisfies readonly MailKind[];

/** How long the links of a mail are good, from when it was asked for. */
const mailLifeMs: Readonly<Record<MailKind, number>> = {
  'password-reset': 3_600_000,
  'email-verification': 86_400_000,
  'log-in': 900_000,
  'email-change': 86_400_000,
  'email-changed': 7 * 86_400_000,
};

export interface NewMail {
  kind: MailKind;
  /** Normalised. */
  email: string;
  /** The account that it is about; without it all that have the address. */
  userId?: number;
  /** Hash of a secret of the browser that asks: its links are good with this secret alone. */
  browser?: string;
}

/** A link as it is presented: hashes of its secret, and of the browser's, where it is bound to one. */
export interface PresentedLink {
  hash: string;
  browser?: string;
}

/** Mails with links, and what these links lead to. Links are known by the hashes of their secrets. */
export interface MailStore {
  /** Asks the function mail for one, by the event mail.requested. Does the same work whether somebody has the address or not. */
  requestMail(mail: NewMail, now: Date): Promise<void>;
  /**
   * Asks for a link to another address of an account, in place of those that it has asked for before; false when the log-in, which a new password
   * ends, ended meanwhile.
   */
  requestEmailChange(user: User, email: string, session: string | undefined, now: Date): Promise<boolean>;
  /** The address that a link was asked for to; undefined when there is none, or its time is over. */
  newEmail(userId: number, now: Date): Promise<string | undefined>;
  /** Ends the links that were sent there. */
  dropEmailChange(userId: number): Promise<void>;
  /** Uses a link up, and proves the account's address, or gives it the new one, which its proven address of before is told. */
  proveAddress(hash: string, now: Date): Promise<User | undefined>;
  /** Whose link for a password it is; undefined when it is not good any more. */
  findPasswordLink(hash: string, now: Date): Promise<User | undefined>;
  /** Whose link it is; undefined when it is not good any more. */
  findLink(kind: MailKind, link: PresentedLink, now: Date): Promise<User | undefined>;
  /**
   * Uses a link up: sets the password, ends every session and proves the address, which is the one of before where the link was sent because it
   * was changed; undefined when it is not good any more.
   */
  resetPassword(hash: string, passwordHash: string, now: Date): Promise<User | undefined>;
  /** Ends mails about comments of who was sent a link; false when there is no such link. */
  endCommentMails(hash: string): Promise<boolean>;
  /** Uses a link up, and proves the address; undefined when it is not good any more. */
  spendLink(kind: MailKind, link: PresentedLink, now: Date): Promise<User | undefined>;
}

/** @see MailStore */
export function mailStore(sql: Sql, outbox: Outbox): MailStore {
  return {
    requestMail: (mail, now) =>
      outbox.transaction(async (tx, emit) => {
        await tx`DELETE FROM mails WHERE id IN (
          SELECT id FROM mails WHERE expires_at <= ${now} ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED)`;
        await insertMail(tx, emit, mail, now);
      }),

    requestEmailChange: (user, email, session, now) =>
      outbox.transaction(async (tx, emit) => {
        // Of two who ask at once the second one sees what the first has asked for.
        if (!(await lockWhileLasting(tx, user.id, session))) return false;
        await dropEmailChange(tx, user.id);
        await insertMail(tx, emit, { kind: 'email-change', email, userId: user.id }, now);
        return true;
      }),

    async newEmail(userId, now) {
      const [found] = await sql<{ email: string }[]>`
        SELECT email FROM mails WHERE user_id = ${userId} AND kind = 'email-change' AND expires_at > ${now}`;
      return found?.email;
    },

    dropEmailChange: (userId) => dropEmailChange(sql, userId),

    proveAddress: (hash, now) =>
      outbox.transaction(async (tx, emit) => {
        const spent = await spend(tx, ['email-verification', 'email-change'], { hash }, now);
        if (!spent) return undefined;
        const { user, kind, email } = spent;
        const isChange = kind === 'email-change';
        // What was sent to the address of before.
        if (isChange) await forgetMails(tx, user.id);
        await setEmail(tx, user.id, email, now);
        // An unproven one may be a stranger's, whom a link would give the account.
        if (isChange && user.email !== undefined && user.emailVerified)
          await insertMail(
            tx,
            emit,
            { kind: 'email-changed', email: user.email, userId: user.id },
            await afterOthers(tx, user.id, now),
          );
        return user;
      }),

    findPasswordLink: (hash, now) => find(sql, forPassword, { hash }, now),
    findLink: (kind, link, now) => find(sql, [kind], link, now),

    resetPassword: (hash, passwordHash, now) =>
      sql.begin(async (tx) => {
        const spent = await spend(tx, forPassword, { hash }, now);
        if (!spent) return undefined;
        const { user, kind, email, requestedAt } = spent;
        await tx`UPDATE users SET password_hash = ${passwordHash} WHERE id = ${user.id}`;
        await tx`DELETE FROM password_tries WHERE name = ${usernameKey(user.username)}`;
        // Links that log in, too, also one that somebody else has asked for; and a new address that somebody else may have chosen.
        await forgetMails(tx, user.id);
        // Who had the account for longer is believed: links to addresses that came later end, those to earlier ones stay.
        if (kind === 'email-changed')
          await tx`DELETE FROM mails WHERE user_id = ${user.id} AND kind = ${kind} AND requested_at >= ${requestedAt}`;
        await setEmail(tx, user.id, email, now);
        await endSessions(tx, user.id);
        return user;
      }),

    async endCommentMails(hash) {
      const ended = await sql`
        UPDATE users SET comment_mails = false FROM off_links WHERE hash = ${hash} AND user_id = users.id RETURNING 1`;
      return ended.length > 0;
    },

    spendLink: (kind, link, now) =>
      sql.begin(async (tx) => {
        const spent = await spend(tx, [kind], link, now);
        if (spent) await setEmail(tx, spent.user.id, spent.email, now);
        return spent && { ...spent.user, emailVerified: true };
      }),
  };
}

/** Keeps a mail for the function mail, and emits mail.requested. */
async function insertMail(tx: Tx, emit: Emit, { kind, email, userId, browser }: NewMail, now: Date): Promise<void> {
  const id = uuidv7(now.getTime());
  await tx`
    INSERT INTO mails (id, kind, email, user_id, browser, requested_at, expires_at)
    VALUES (${id}, ${kind}, ${email}, ${userId ?? null}, ${browser ?? null}, ${now}, ${new Date(now.getTime() + mailLifeMs[kind])})`;
  emit(mailRequested, `mail/${id}`, { mail: id, kind });
}

/** A time that is later than that of each link to an address of before: the earlier one wins, whatever clocks say. */
async function afterOthers(tx: Tx, userId: number, now: Date): Promise<Date> {
  const [{ last }] = await tx<[{ last: Date | null }]>`
    SELECT max(requested_at) AS last FROM mails WHERE user_id = ${userId} AND kind = 'email-changed'`;
  return new Date(Math.max(now.getTime(), last ? last.getTime() + 1 : 0));
}

/** The mail went to the address that its account has now, or was to go elsewhere: one that was opened during a change may not be found by it. */
const isAddressed = (sql: Sql | Tx) => sql`(
  kind = ANY(${[...elsewhere]}::text[]) OR lower(mails.email COLLATE "C") = lower(users.email COLLATE "C"))`;

/** Whose link of one of these kinds it is. */
const find = (sql: Sql, kinds: readonly MailKind[], { hash, browser }: PresentedLink, now: Date) =>
  firstUser(sql<UserRow[]>`
    SELECT users.* FROM mail_links JOIN mails ON mails.id = mail_id JOIN users ON users.id = mail_links.user_id
    WHERE hash = ${hash} AND kind = ANY(${[...kinds]}::text[]) AND browser IS NOT DISTINCT FROM ${browser ?? null} AND expires_at > ${now}
      AND ${isAddressed(sql)} AND deleted_at IS NULL AND suspended_at IS NULL`);

/** A link that was used up: whose it was, as the account was before, and the mail that it came in. */
interface SpentLink {
  user: User;
  kind: MailKind;
  /** The address that it proves: where the mail went, or the account's own, which may be written in other letters. */
  email: string | undefined;
  requestedAt: Date;
}

/** Uses up a link of one of these kinds, and with it all of its kind that the account has, but those that an address of before has. */
async function spend(
  tx: Tx,
  kinds: readonly MailKind[],
  { hash, browser }: PresentedLink,
  now: Date,
): Promise<SpentLink | undefined> {
  // The account first, as everything else locks it: of two who have the same link, the second one waits here, and finds it gone.
  const user = await firstUser(tx<UserRow[]>`
    SELECT users.* FROM users JOIN mail_links ON mail_links.user_id = users.id JOIN mails ON mails.id = mail_id
    WHERE hash = ${hash} AND browser IS NOT DISTINCT FROM ${browser ?? null} AND ${isAddressed(tx)}
      AND deleted_at IS NULL AND suspended_at IS NULL FOR UPDATE OF users`);
  if (!user) return undefined;
  const [spent] = await tx<{ kind: MailKind; email: string; requestedAt: Date }[]>`
    DELETE FROM mail_links USING mails
    WHERE mails.id = mail_id AND hash = ${hash} AND kind = ANY(${[...kinds]}::text[]) AND expires_at > ${now}
    RETURNING kind, email, requested_at AS "requestedAt"`;
  if (!spent) return undefined;
  if (spent.kind !== 'email-changed')
    await tx`
      DELETE FROM mail_links USING mails
      WHERE mails.id = mail_id AND mail_links.user_id = ${user.id} AND kind = ${spent.kind} AND expires_at > ${now}`;
  return { user, ...spent, email: elsewhere.includes(spent.kind) ? spent.email : user.email };
}

/** Gives an account an address that was just proven. */
const setEmail = (tx: Tx, userId: number, email: string | undefined, now: Date) =>
  tx`UPDATE users SET email = ${email ?? null}, email_verified_at = ${now} WHERE id = ${userId}`;

const dropEmailChange = async (sql: Sql | Tx, userId: number): Promise<void> => {
  await sql`DELETE FROM mails WHERE user_id = ${userId} AND kind = 'email-change'`;
};

/**
 * Ends every link that an account was sent, and forgets what was asked for by its address, unless another account has that, too. Not the link that
 * an address of before was sent: whoever has taken an account over could end it.
 */
export async function forgetMails(tx: Tx, userId: number): Promise<void> {
  await tx`
    DELETE FROM mail_links USING mails WHERE mails.id = mail_id AND mail_links.user_id = ${userId} AND kind <> 'email-changed'`;
  await tx`
    DELETE FROM mails USING users
    WHERE users.id = ${userId} AND kind <> 'email-changed'
      AND (mails.user_id = users.id OR mails.user_id IS NULL AND lower(mails.email COLLATE "C") = lower(users.email COLLATE "C")
        AND NOT EXISTS (
          SELECT 1 FROM users AS other
          WHERE lower(other.email COLLATE "C") = lower(users.email COLLATE "C") AND other.id <> users.id AND other.deleted_at IS NULL))`;
}
