import type { Outbox } from '@dormouse/runtime/outbox';
import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import { someRows, untilNone } from '@dormouse/runtime/until-none';
import { mailedArticle } from './article.ts';
import { announce } from './subscribers.ts';

export type IssueState = 'left_out' | 'skipped' | 'waiting' | 'sending' | 'sent' | 'stopped';

/** A post, and what becomes of it. */
export interface Issue {
  postId: number;
  title: string | null;
  state: IssueState;
  sendAt: Date | null;
  startedAt: Date | null;
  waiting: number;
  sent: number;
  refused: number;
  failed: number;
}

/** Posts as mails: which are sent, and how far that is. */
export interface Issues {
  /** Decides about posts that became visible, the first time. Imported ones, those of an earlier time and those that were visible before are never sent. */
  published(postIds: readonly number[], tx: Tx): Promise<void>;
  /** A post was hidden or deleted: who has it not yet, does not get it. @param wasVisible it was, until now */
  hidden(postId: number, how: { isDeleted: boolean; wasVisible: boolean }, tx: Tx): Promise<void>;
  /** Id of the account that wrote a post; undefined where there is none that could be sent. */
  authorOf(postId: number): Promise<number | undefined>;
  find(postId: number): Promise<Issue | undefined>;
  list(limit: number): Promise<Issue[]>;
  /** Leaves a post out, or takes that back. False when it is too late. */
  choose(postId: number, mailed: boolean): Promise<boolean>;
  /** Begins what is due, announces mails that wait, and closes what everybody has. @returns whether mails wait */
  run(): Promise<boolean>;
}

export interface IssuesOptions {
  sql: Sql;
  outbox: Outbox;
  /** From a post's publication until it is sent. */
  delaySeconds: number;
  /** Origin of the blog; empty where nobody knows it. */
  site: string;
}

/** What was published earlier than this before its event is no news. */
const newsHours = 24;
/** Mails that wait before they are worth two that send. */
const manyMails = 50;

interface MailedPost {
  author_id: string;
  author: string;
  slug: string;
  title: string;
  content: string | null;
  lang: string | null;
  is_page: boolean;
  is_imported: boolean;
  published_at: Date | null;
}

/** @see Issues */
export function openIssues({ sql, outbox, delaySeconds, site }: IssuesOptions): Issues {
  const start = () =>
    outbox.transaction(async (tx) => {
      const [due] = await tx<{ post_id: string; mails_posts: boolean }[]>`
        SELECT post_id, (SELECT mails_posts FROM settings) AS mails_posts FROM issues
        WHERE state = 'waiting' AND send_at <= clock_timestamp() ORDER BY send_at LIMIT 1 FOR UPDATE SKIP LOCKED`;
      if (!due) return 0;
      const post = await postOf(tx, Number(due.post_id));
      // Nobody has it yet: it may be published again, and is sent then.
      if (!post || post.content === null) await tx`DELETE FROM issues WHERE post_id = ${due.post_id}::bigint`;
      else if (!due.mails_posts) await tx`UPDATE issues SET state = 'skipped' WHERE post_id = ${due.post_id}::bigint`;
      else {
        const { html, text } = mailedArticle(post.content, `${site}/blog/posts/${encodeURIComponent(post.slug)}`, site);
        await tx`
          UPDATE issues SET state = 'sending', started_at = clock_timestamp(), title = ${post.title}, slug = ${post.slug}, author = ${post.author},
            lang = ${post.lang}, body_html = ${html}, body_text = ${text} WHERE post_id = ${due.post_id}::bigint`;
      }
      return 1;
    });

  return {
    async published(postIds, tx) {
      // Not those that are hidden again already, nor pages.
      await tx`
        INSERT INTO issues (post_id, state, send_at)
        SELECT post_id, CASE WHEN is_news THEN 'waiting' ELSE 'skipped' END, CASE WHEN is_news THEN clock_timestamp() + make_interval(secs => ${delaySeconds}) END
        FROM (
          SELECT wanted.id AS post_id, NOT p.is_imported AND ${isNewsOf(tx, tx`p.published_at`)} AS is_news
          FROM unnest(${[...postIds]}::bigint[]) AS wanted (id), posts.mailed(wanted.id) AS p, settings
          WHERE p.published_at IS NOT NULL AND NOT p.is_page
        ) AS visible
        ORDER BY post_id ON CONFLICT (post_id) DO NOTHING`;
    },
    async hidden(postId, { isDeleted, wasVisible }, tx) {
      if (wasVisible)
        await tx`INSERT INTO issues (post_id, state) VALUES (${postId}::bigint, 'skipped') ON CONFLICT (post_id) DO NOTHING`;
      await tx`DELETE FROM issues WHERE post_id = ${postId}::bigint AND state = 'waiting'`;
      await tx`
        UPDATE issues SET state = 'stopped', settled_at = clock_timestamp(), author = NULL, body_html = NULL, body_text = NULL,
          sent = ${countOf(tx, 'sent')}, refused = ${countOf(tx, 'refused')}, failed = ${countOf(tx, 'failed')}
        WHERE post_id = ${postId}::bigint AND state = 'sending'`;
      if (isDeleted)
        await tx`UPDATE issues SET title = NULL, slug = NULL, author = NULL WHERE post_id = ${postId}::bigint AND state <> 'sending'`;
    },
    async authorOf(postId) {
      const post = await postOf(sql, postId);
      return post && !post.is_page ? Number(post.author_id) : undefined;
    },
    async find(postId) {
      const [row] = await sql<IssueRow[]>`SELECT ${columns(sql)} FROM issues WHERE post_id = ${postId}::bigint`;
      return row && toIssue(row);
    },
    async list(limit) {
      const rows = await sql<IssueRow[]>`
        SELECT ${columns(sql)} FROM issues WHERE state = 'waiting' OR started_at IS NOT NULL
        ORDER BY started_at DESC NULLS FIRST, post_id DESC LIMIT ${limit}`;
      return rows.map(toIssue);
    },
    choose: (postId, mailed) =>
      outbox.transaction(async (tx) => {
        const post = await postOf(tx, postId);
        const [row] = await tx<{ state: IssueState }[]>`
          SELECT state FROM issues WHERE post_id = ${postId}::bigint FOR UPDATE`;
        const state = row?.state;
        if (!mailed) {
          await tx`
            INSERT INTO issues (post_id, state) VALUES (${postId}::bigint, 'left_out')
            ON CONFLICT (post_id) DO UPDATE SET state = 'left_out' WHERE issues.state = 'waiting'`;
          return state === undefined || ['left_out', 'skipped', 'waiting'].includes(state);
        }
        if (state === 'left_out') {
          // A draft is decided about when it is published.
          if (post?.published_at == null) await tx`DELETE FROM issues WHERE post_id = ${postId}::bigint`;
          else if (!(await isNews(tx, post))) return false;
          else
            await tx`
              UPDATE issues SET state = 'waiting', send_at = greatest(clock_timestamp(), ${post.published_at}::timestamptz + make_interval(secs => ${delaySeconds}))
              WHERE post_id = ${postId}::bigint`;
          return true;
        }
        if (state === undefined) return post?.published_at == null || (await isNews(tx, post));
        return state === 'waiting' || state === 'sending' || state === 'sent';
      }),
    async run() {
      await untilNone(start);
      const filling = await sql<{ post_id: string }[]>`
        SELECT post_id FROM issues WHERE state = 'sending' AND NOT is_filled ORDER BY started_at`;
      for (const { post_id } of filling) await fill(sql, post_id);
      await sql`
        UPDATE issues SET state = CASE WHEN posts.is_public(post_id) THEN 'sent' ELSE 'stopped' END, settled_at = clock_timestamp(), author = NULL, body_html = NULL, body_text = NULL,
          sent = ${countOf(sql, 'sent')}, refused = ${countOf(sql, 'refused')}, failed = ${countOf(sql, 'failed')}
        WHERE state = 'sending' AND is_filled
          AND NOT EXISTS (SELECT FROM messages AS m WHERE m.post_id = issues.post_id AND m.state = 'waiting')`;
      return await outbox.transaction(async (tx, emit) => {
        const due = await tx<{ kind: 'confirmation' | 'post'; mails: number }[]>`
          SELECT kind, count(*)::int AS mails FROM (
            SELECT kind FROM messages WHERE state = 'waiting' AND due_at <= clock_timestamp() LIMIT ${2 * manyMails}) AS waiting
          GROUP BY kind`;
        for (const { kind, mails } of due) {
          announce(emit, kind);
          if (kind === 'post' && mails > manyMails) announce(emit, kind);
        }
        return due.length > 0;
      });
    },
  };
}

/** Whether a visible post may still be sent: written here, and published a short while ago, since posts are sent. */
async function isNews(tx: Tx, { is_imported, published_at }: MailedPost): Promise<boolean> {
  if (is_imported || published_at === null) return false;
  const [row] = await tx<{ is_news: boolean }[]>`
    SELECT ${isNewsOf(tx, tx`${published_at}::timestamptz`)} AS is_news FROM settings`;
  return row?.is_news === true;
}

/** Of a row of settings: whether what was published then is to be sent. */
const isNewsOf = (tx: Tx, publishedAt: ReturnType<Tx>) =>
  tx`mails_posts AND ${publishedAt} >= since AND ${publishedAt} > clock_timestamp() - make_interval(hours => ${newsHours})`;

/** A row for each who has confirmed before the post was begun; who comes later gets the next one. */
async function fill(sql: Sql, postId: string): Promise<void> {
  await untilNone(async () => {
    const made = await sql`
      INSERT INTO messages (kind, subscriber_id, post_id)
      SELECT 'post', s.id, i.post_id FROM issues AS i, subscribers AS s
      WHERE i.post_id = ${postId}::bigint AND i.state = 'sending' AND s.state = 'confirmed' AND s.confirmed_at <= i.started_at
        AND NOT EXISTS (SELECT FROM messages AS m WHERE m.post_id = i.post_id AND m.subscriber_id = s.id)
      ORDER BY s.id LIMIT ${someRows} ON CONFLICT DO NOTHING`;
    return made.count;
  });
  await sql`UPDATE issues SET is_filled = true WHERE post_id = ${postId}::bigint`;
}

async function postOf(sql: Sql | Tx, postId: number): Promise<MailedPost | undefined> {
  const [row] = await sql<MailedPost[]>`SELECT * FROM posts.mailed(${postId}::bigint)`;
  return row;
}

interface IssueRow {
  post_id: string;
  title: string | null;
  state: IssueState;
  send_at: Date | null;
  started_at: Date | null;
  waiting: number;
  sent: number;
  refused: number;
  failed: number;
}

const countOf = (sql: Sql | Tx, state: string) =>
  sql`(SELECT count(*)::int FROM messages AS counted WHERE counted.post_id = issues.post_id AND counted.state = ${state})`;

/** While a post is being sent its mails are counted; afterwards these are forgotten some day, and their numbers are not. */
const columns = (sql: Sql) => {
  const number = (state: 'sent' | 'refused' | 'failed') =>
    sql`CASE issues.state WHEN 'sending' THEN ${countOf(sql, state)} ELSE issues.${sql(state)} END AS ${sql(state)}`;
  return sql`issues.post_id, issues.title, issues.state, issues.send_at, issues.started_at,
    CASE issues.state WHEN 'sending' THEN ${countOf(sql, 'waiting')} ELSE 0 END AS waiting, ${number('sent')}, ${number('refused')}, ${number('failed')}`;
};

const toIssue = (row: IssueRow): Issue => ({
  postId: Number(row.post_id),
  title: row.title,
  state: row.state,
  sendAt: row.send_at,
  startedAt: row.started_at,
  waiting: row.waiting,
  sent: row.sent,
  refused: row.refused,
  failed: row.failed,
});
