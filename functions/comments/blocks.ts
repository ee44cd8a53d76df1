import type { Sql } from '@dormouse/runtime/sql-types';
import type { Comment } from './comment.ts';

/** Somebody who may not comment any more. */
export interface Block {
  id: number;
  author: string;
  kind: 'account' | 'email' | 'network';
  blockedBy: string;
  createdAt: Date;
}

/** Who may not comment, and words that hold comments back. */
export interface Moderation {
  /** False when nothing is known of a comment's writer by which they could be kept out. */
  block(comment: Comment, by: string): Promise<boolean>;
  blocked(): Promise<Block[]>;
  /** False when there is no such block. */
  unblock(id: number): Promise<boolean>;
  words(): Promise<readonly string[]>;
  changeWords(words: readonly string[]): Promise<readonly string[]>;
}

interface BlockRow {
  id: string;
  author: string;
  kind: Block['kind'];
  blocked_by: string;
  created_at: Date;
}

export function openModeration(sql: Sql): Moderation {
  return {
    async block({ userId, email, origin, author }, by) {
      if (userId === null && email === null && origin === null) return false;
      // The one that is hardest to change.
      const [account, address, network] =
        userId !== null ? [userId, null, null] : email !== null ? [null, email, null] : [null, null, origin];
      await sql`
        INSERT INTO blocks (user_id, email, origin, author, blocked_by)
        VALUES (${account}::bigint, ${address}, ${network}, ${author}, ${by}) ON CONFLICT DO NOTHING`;
      return true;
    },
    blocked: async () =>
      (
        await sql<BlockRow[]>`
          SELECT id, author, CASE WHEN user_id IS NOT NULL THEN 'account' WHEN email IS NOT NULL THEN 'email' ELSE 'network' END AS kind, blocked_by, created_at
          FROM blocks ORDER BY id DESC LIMIT 1000`
      ).map((row) => ({
        id: Number(row.id),
        author: row.author,
        kind: row.kind,
        blockedBy: row.blocked_by,
        createdAt: row.created_at,
      })),
    unblock: async (id) => (await sql`DELETE FROM blocks WHERE id = ${id}::bigint`).count === 1,
    async words() {
      const [row] = await sql<{ words: string[] }[]>`SELECT words FROM moderation`;
      return row?.words ?? [];
    },
    async changeWords(words) {
      await sql`UPDATE moderation SET words = ${words as string[]}::text[]`;
      return words;
    },
  };
}
