import type { Sql, Tx } from '@dormouse/runtime/sql-types';

/** A comment as mails quote it. */
export interface ToldComment {
  id: number;
  /** User name of an account, or what a guest calls themselves. */
  author: string;
  /** Wrote without an account. */
  isGuest: boolean;
  /** What an account calls itself now; null of guests, and of who has chosen nothing. */
  name: string | null;
  /** Markdown. */
  content: string;
}

/** Somebody who is to be told of comments on a post. */
export interface Due {
  userId: number;
  postId: number;
  commentIds: readonly number[];
  /** W3C Trace Context of each comment, in the order of `commentIds`; null of one that was not traced. */
  traceparents: readonly (string | null)[];
}

/** What a mail about comments says, as it is at this moment. */
export interface Digest {
  email: string;
  blog: string;
  language: string;
  post: { slug: string; title: string };
  comments: readonly ToldComment[];
}

/** Who is to be told of which comments. What others know is asked of functions that they publish in the database. */
export interface Notices {
  /**
   * Notes who is to be told of a comment: the post's author and whom it answers, unless they wrote it, or were told of it before.
   * @param traceparent of the running trace, which the mail will be a part of
   */
  note(commentId: number, traceparent: string | undefined, tx: Tx): Promise<void>;
  /** Forgets somebody. */
  forget(userId: number, tx: Tx): Promise<void>;
  /** Whether it is this caller's turn to tell; for `seconds` nobody else's. */
  begin(seconds: number): Promise<boolean>;
  /** @param tried whether a mail was: then the next round begins a quarter of an hour later, if there is something to tell (mail.next_due()) */
  end(tried: boolean): Promise<void>;
  /** Gives up what nobody could be told for a day, and forgets what is over; in auth, too. */
  tidy(): Promise<void>;
  /**
   * Who can be told now: at most once in a quarter of an hour for a post, and of three posts.
   * @param limit mails, those of whom one waits the longest first
   */
  due(limit: number): Promise<Due[]>;
  /**
   * What is to be said; undefined when there is nothing any more, or nobody who wants it.
   * @param offHash of the secret by which such mails end
   */
  digest(due: Due, offHash: string): Promise<Digest | undefined>;
  /** Notes that somebody was told, or is not to be. */
  settle(due: Due, wasTold: boolean): Promise<void>;
}

/** Between two rounds, and between two mails to a person about a post. The relay, which begins a round, comes each minute. */
const quietMinutes = 14;
/** Mails that one person is sent in a round: who is commented on everywhere at once is told by and by. */
const perPerson = 3;
/** Days after which it is forgotten that somebody was told of a comment. */
const keptDays = 30;

/** @see Notices */
export function openNotices(sql: Sql): Notices {
  return {
    async note(commentId, traceparent, tx) {
      await tx`
        INSERT INTO notices (user_id, post_id, comment_id, traceparent)
        SELECT DISTINCT reader.id, c.post_id, c.id, ${traceparent ?? null}::text
        FROM comments.told(ARRAY[${commentId}::bigint]) AS c
        JOIN LATERAL posts.commented(ARRAY[c.post_id]) AS p ON true
        CROSS JOIN LATERAL (VALUES (p.author_id::bigint), (c.answered_user_id)) AS reader (id)
        WHERE reader.id > 0 AND reader.id IS DISTINCT FROM c.user_id
        ON CONFLICT DO NOTHING`;
    },

    async forget(userId, tx) {
      await tx`DELETE FROM notices WHERE user_id = ${userId}::bigint`;
      await tx`DELETE FROM told WHERE user_id = ${userId}::bigint`;
    },

    async begin(seconds) {
      const begun = await sql`
        UPDATE telling SET taken_until = clock_timestamp() + make_interval(secs => ${seconds})
        WHERE taken_until <= clock_timestamp() RETURNING 1`;
      return begun.length > 0;
    },

    async end(tried) {
      await sql`UPDATE telling SET taken_until = clock_timestamp() + make_interval(mins => ${tried ? quietMinutes : 0})`;
    },

    async tidy() {
      await sql`
        DELETE FROM notices
        WHERE noted_at < now() - interval '1 day' AND (told_at IS NULL OR noted_at < now() - make_interval(days => ${keptDays}))`;
      await sql`DELETE FROM told WHERE told_at < now() - interval '1 day'`;
      await sql`SELECT auth.forget_mails()`;
    },

    async due(limit) {
      const rows = await sql<WaitingRow[]>`
        WITH waiting AS (
          SELECT user_id, post_id, min(noted_at) AS since,
            array_agg(comment_id ORDER BY comment_id) AS comment_ids, array_agg(traceparent ORDER BY comment_id) AS traceparents
          FROM notices
          WHERE told_at IS NULL AND NOT EXISTS (
            SELECT FROM told WHERE told.user_id = notices.user_id AND told.post_id = notices.post_id
              AND told.told_at > now() - make_interval(mins => ${quietMinutes}))
          GROUP BY user_id, post_id
        ), ranked AS (
          SELECT waiting.*, row_number() OVER (PARTITION BY user_id ORDER BY since) AS n FROM waiting
        )
        SELECT user_id, post_id, comment_ids, traceparents FROM ranked WHERE n <= ${perPerson}
        ORDER BY n, since LIMIT ${limit}`;
      return rows.map((row) => ({
        userId: Number(row.user_id),
        postId: Number(row.post_id),
        commentIds: row.comment_ids.map(Number),
        traceparents: row.traceparents,
      }));
    },

    async digest({ userId, postId, commentIds }, offHash) {
      const comments = await sql<(Omit<ToldComment, 'id'> & { id: string })[]>`
        SELECT c.id, c.author, c.user_id IS NULL AS "isGuest", c.content,
          (SELECT n.display_name FROM auth.display_names(ARRAY[c.author]) AS n WHERE c.user_id IS NOT NULL) AS name
        FROM comments.told(${[...commentIds]}::bigint[]) AS c WHERE c.post_id = ${postId}::bigint ORDER BY c.id`;
      const [post] = await sql<
        { slug: string; title: string }[]
      >`SELECT slug, title FROM posts.commented(ARRAY[${postId}::bigint])`;
      if (!post || comments.length === 0) return undefined;
      const [found] = await sql<
        { reader: Pick<Digest, 'email' | 'blog' | 'language'> | null }[]
      >`SELECT auth.comment_mail_to(${userId}::bigint, ${offHash}) AS reader`;
      if (!found?.reader) return undefined;
      return { ...found.reader, post, comments: comments.map((each) => ({ ...each, id: Number(each.id) })) };
    },

    settle: ({ userId, postId, commentIds }, wasTold) =>
      sql.begin(async (tx) => {
        if (!wasTold) {
          // Nothing stays of who wants no such mails, or is not there any more.
          await tx`
            DELETE FROM notices WHERE user_id = ${userId}::bigint AND comment_id = ANY (${[...commentIds]}::bigint[])`;
          return;
        }
        const noted = await tx`
          UPDATE notices SET told_at = clock_timestamp()
          WHERE user_id = ${userId}::bigint AND comment_id = ANY (${[...commentIds]}::bigint[]) RETURNING 1`;
        // None is left of who was forgotten meanwhile: then nothing begins to be known of them again.
        if (noted.length > 0)
          await tx`
            INSERT INTO told (user_id, post_id, told_at) VALUES (${userId}::bigint, ${postId}::bigint, clock_timestamp())
            ON CONFLICT (user_id, post_id) DO UPDATE SET told_at = excluded.told_at`;
      }),
  };
}

interface WaitingRow {
  user_id: string;
  post_id: string;
  comment_ids: string[];
  traceparents: (string | null)[];
}
