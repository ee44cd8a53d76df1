import { tokenCreated, tokenRevoked } from '@dormouse/events/token';
import type { Outbox } from '@dormouse/runtime/outbox';
import type { Sql } from '@dormouse/runtime/sql-types';
import { toUser, type User, type UserRow } from './user.ts';

/** A token that somebody has made for a program, without its secret. */
export interface PersonalToken {
  id: string;
  /** What its owner calls it. */
  name: string;
  scopes: readonly string[];
  createdAt: Date;
  expiresAt: Date;
  usedAt: Date | undefined;
}

export interface NewPersonalToken extends Omit<PersonalToken, 'usedAt'> {
  userId: number;
  /** Of the token. */
  hash: string;
  /** The log-in that makes it. */
  session: string | undefined;
}

/** Personal access tokens, by their hashes. */
export interface PersonalTokenStore {
  /** Stores a token and emits token.created; its owner's expired ones go. 'ended' when the log-in ended meanwhile. */
  makeToken(token: NewPersonalToken): Promise<PersonalToken | 'too many' | 'ended'>;
  /** Those of an account that have not expired, the newest first. */
  tokensOf(userId: number, now: Date): Promise<PersonalToken[]>;
  /** Deletes a token and emits token.revoked; false when the account has none of this id. */
  revokeToken(userId: number, id: string): Promise<boolean>;
  /** The same for the token of a hash; undefined when there is none. */
  revokeHeldToken(hash: string): Promise<{ id: string; userId: number } | undefined>;
  /** The token of a hash and its owner, and notes that it was used; undefined when it is not good now. */
  useToken(hash: string, now: Date): Promise<{ token: PersonalToken; user: User } | undefined>;
}

/** Tokens that one account may have. */
const tokensPerUser = 50;

interface TokenRow {
  id: string;
  name: string;
  scopes: string;
  created_at: Date;
  expires_at: Date;
  used_at: Date | null;
}

/** @see PersonalTokenStore */
export function personalTokenStore(sql: Sql, outbox: Outbox): PersonalTokenStore {
  return {
    makeToken: ({ userId, id, name, scopes, hash, session, createdAt, expiresAt }) =>
      outbox.transaction(async (tx, emit) => {
        // A change of password or access waits for us, or we for it: no token outlives what ended the log-in that made it.
        await tx`SELECT 1 FROM users WHERE id = ${userId} FOR NO KEY UPDATE`;
        const [still] = await tx`
          SELECT 1 FROM users WHERE id = ${userId} AND deleted_at IS NULL AND suspended_at IS NULL AND (
            ${session === undefined}::boolean OR EXISTS (SELECT FROM sessions WHERE user_id = users.id AND sessions.id = ${session ?? null}))`;
        if (!still) return 'ended';
        await tx`DELETE FROM personal_tokens WHERE user_id = ${userId} AND expires_at <= ${createdAt}`;
        const [{ count }] = await tx<[{ count: number }]>`
          SELECT count(*)::integer AS count FROM personal_tokens WHERE user_id = ${userId}`;
        if (count >= tokensPerUser) return 'too many';
        await tx`
          INSERT INTO personal_tokens (id, user_id, name, scopes, hash, created_at, expires_at)
          VALUES (${id}, ${userId}, ${name}, ${scopes.join(' ')}, ${hash}, ${createdAt}, ${expiresAt})`;
        emit(tokenCreated, `token/${id}`, {
          id,
          user_id: userId,
          scopes: [...scopes],
          expires_at: expiresAt.toISOString(),
        });
        return { id, name, scopes, createdAt, expiresAt, usedAt: undefined };
      }),

    async tokensOf(userId, now) {
      const rows = await sql<TokenRow[]>`
        SELECT id, name, scopes, created_at, expires_at, used_at FROM personal_tokens
        WHERE user_id = ${userId} AND expires_at > ${now} ORDER BY created_at DESC, id`;
      return rows.map(toToken);
    },

    revokeToken: (userId, id) =>
      outbox.transaction(async (tx, emit) => {
        const [row] = await tx<{ id: string; scopes: string }[]>`
          DELETE FROM personal_tokens WHERE id::text = ${id.toLowerCase()} AND user_id = ${userId} RETURNING id, scopes`;
        if (!row) return false;
        emit(tokenRevoked, `token/${row.id}`, { id: row.id, user_id: userId, scopes: row.scopes.split(' ') });
        return true;
      }),

    revokeHeldToken: (hash) =>
      outbox.transaction(async (tx, emit) => {
        const [row] = await tx<{ id: string; user_id: string; scopes: string }[]>`
          DELETE FROM personal_tokens WHERE hash = ${hash} RETURNING id, user_id, scopes`;
        if (!row) return undefined;
        const userId = Number(row.user_id);
        emit(tokenRevoked, `token/${row.id}`, { id: row.id, user_id: userId, scopes: row.scopes.split(' ') });
        return { id: row.id, userId };
      }),

    async useToken(hash, now) {
      const [row] = await sql<(UserRow & Omit<TokenRow, 'id' | 'created_at'> & { token_id: string; made_at: Date })[]>`
        UPDATE personal_tokens SET used_at = ${now} FROM users
        WHERE users.id = user_id AND hash = ${hash} AND expires_at > ${now} AND deleted_at IS NULL AND suspended_at IS NULL
        RETURNING personal_tokens.id AS token_id, name, scopes, personal_tokens.created_at AS made_at, expires_at, used_at,
          users.id, username, display_name, email, email_verified_at, comment_mails, password_hash, role, bio, links, picture, suspended_at, users.created_at`;
      return row && { token: toToken({ ...row, id: row.token_id, created_at: row.made_at }), user: toUser(row) };
    },
  };
}

const toToken = ({ id, name, scopes, created_at, expires_at, used_at }: TokenRow): PersonalToken => ({
  id,
  name,
  scopes: scopes.split(' '),
  createdAt: created_at,
  expiresAt: expires_at,
  usedAt: used_at ?? undefined,
});
