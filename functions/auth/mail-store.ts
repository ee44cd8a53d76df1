import { mailRequested } from '@dormouse/events/mail';
import { uuidv7 } from '@dormouse/runtime/ids';
import type { Outbox } from '@dormouse/runtime/outbox';
import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import { endSessions } from './session-store.ts';
import { firstUser, type User, type UserRow } from './user.ts';
import { usernameKey } from './username.ts';

export type MailKind = 'password-reset' | 'email-verification' | 'log-in';

/** How long the links of a mail are good, from when it was asked for. */
const mailLifeMs: Readonly<Record<MailKind, number>> = {
  'password-reset': 3_600_000,
  'email-verification': 86_400_000,
  'log-in': 900_000,
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
  /** Whose link it is; undefined when it is not good any more. */
  findLink(kind: MailKind, link: PresentedLink, now: Date): Promise<User | undefined>;
  /** Uses a link up: sets the password, ends every session and proves the address; undefined when it is not good any more. */
  resetPassword(hash: string, passwordHash: string, now: Date): Promise<User | undefined>;
  /** Ends mails about comments of who was sent a link; false when there is no such link. */
  endCommentMails(hash: string): Promise<boolean>;
  /** Uses a link up, and proves the address; undefined when it is not good any more. */
  spendLink(kind: MailKind, link: PresentedLink, now: Date): Promise<User | undefined>;
}

/** @see MailStore */
export function mailStore(sql: Sql, outbox: Outbox): MailStore {
  return {
    requestMail: ({ kind, email, userId, browser }, now) =>
      outbox.transaction(async (tx, emit) => {
        const id = uuidv7(now.getTime());
        await tx`DELETE FROM mails WHERE id IN (
          SELECT id FROM mails WHERE expires_at <= ${now} ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED)`;
        await tx`
          INSERT INTO mails (id, kind, email, user_id, browser, requested_at, expires_at)
          VALUES (${id}, ${kind}, ${email}, ${userId ?? null}, ${browser ?? null}, ${now}, ${new Date(now.getTime() + mailLifeMs[kind])})`;
        emit(mailRequested, `mail/${id}`, { mail: id, kind });
      }),

    findLink: (kind, { hash, browser }, now) =>
      firstUser(sql<UserRow[]>`
        SELECT users.* FROM mail_links JOIN mails ON mails.id = mail_id JOIN users ON users.id = mail_links.user_id
        WHERE hash = ${hash} AND kind = ${kind} AND browser IS NOT DISTINCT FROM ${browser ?? null} AND expires_at > ${now}
          AND deleted_at IS NULL AND suspended_at IS NULL`),

    resetPassword: (hash, passwordHash, now) =>
      sql.begin(async (tx) => {
        const user = await spend(tx, 'password-reset', { hash }, now);
        if (!user) return undefined;
        await tx`UPDATE users SET password_hash = ${passwordHash} WHERE id = ${user.id}`;
        await tx`DELETE FROM password_tries WHERE name = ${usernameKey(user.username)}`;
        // Links that log in, too: also one that somebody else has asked for.
        await tx`DELETE FROM mail_links WHERE user_id = ${user.id}`;
        await endSessions(tx, user.id);
        return user;
      }),

    async endCommentMails(hash) {
      const ended = await sql`
        UPDATE users SET comment_mails = false FROM off_links WHERE hash = ${hash} AND user_id = users.id RETURNING 1`;
      return ended.length > 0;
    },

    spendLink: (kind, link, now) => sql.begin((tx) => spend(tx, kind, link, now)),
  };
}

/** Uses up a link, and with it all of its kind that the account has. The account has the address that the mail went to, and so it is proven. */
async function spend(tx: Tx, kind: MailKind, { hash, browser }: PresentedLink, now: Date): Promise<User | undefined> {
  // The account first, as everything else locks it: of two who have the same link, the second one waits here, and finds it gone.
  const user = await firstUser(tx<UserRow[]>`
    SELECT users.* FROM users JOIN mail_links ON mail_links.user_id = users.id JOIN mails ON mails.id = mail_id
    WHERE hash = ${hash} AND browser IS NOT DISTINCT FROM ${browser ?? null} AND deleted_at IS NULL AND suspended_at IS NULL FOR UPDATE OF users`);
  if (!user) return undefined;
  const spent = await tx<{ hash: string }[]>`
    DELETE FROM mail_links USING mails
    WHERE mails.id = mail_id AND mail_links.user_id = ${user.id} AND kind = ${kind} AND expires_at > ${now}
    RETURNING hash`;
  if (!spent.some((each) => each.hash === hash)) return undefined;
  await tx`UPDATE users SET email_verified_at = ${now} WHERE id = ${user.id}`;
  return { ...user, emailVerified: true };
}

/** Ends every link that an account was sent, and forgets what was asked for by its address. */
export async function forgetMails(tx: Tx, userId: number): Promise<void> {
  await tx`DELETE FROM mail_links WHERE user_id = ${userId}`;
  await tx`
    DELETE FROM mails USING users
    WHERE users.id = ${userId} AND (mails.user_id = users.id OR lower(mails.email COLLATE "C") = lower(users.email COLLATE "C"))`;
}
