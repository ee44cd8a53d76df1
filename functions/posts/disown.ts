import { deletedAccount } from '@dormouse/runtime/deleted-account';
import type { Sql } from '@dormouse/runtime/sql-types';
import { traceHeaders } from '@dormouse/runtime/trace';
import { someRows, untilNone } from '@dormouse/runtime/until-none';

/** Takes number and name of an account from posts, versions and what was deleted, some rows at a time; notes which posts events have to tell of. */
export async function disown(sql: Sql, { id, username }: { id: number; username: string }): Promise<void> {
  const { name } = deletedAccount;
  const { traceparent = null } = traceHeaders();
  await untilNone(async () => {
    const [row] = await sql<{ count: number }[]>`
      WITH disowned AS (
        UPDATE posts SET author_id = ${deletedAccount.id}, author = ${name}, preview = NULL, version = version + 1
        WHERE id = ANY (ARRAY(
          SELECT id FROM posts WHERE lower(author) = lower(${username}) AND author_id = ${id} LIMIT ${someRows} FOR UPDATE))
        RETURNING id
      ), noted AS (
        INSERT INTO untold (post_id, since, traceparent) SELECT id, clock_timestamp(), ${traceparent} FROM disowned ORDER BY id
        ON CONFLICT ON CONSTRAINT untold_pkey DO NOTHING
      )
      SELECT count(*)::integer AS count FROM disowned`;
    return row?.count ?? 0;
  });
  for (const table of ['revisions', 'deleted_revisions'])
    await untilNone(async () => {
      const renamed = await sql`
        UPDATE ${sql(table)} SET editor = ${name} WHERE (post_id, version) IN (
          SELECT post_id, version FROM ${sql(table)} WHERE editor = ${username} LIMIT ${someRows})`;
      return renamed.count;
    });
  await untilNone(async () => {
    const renamed = await sql`
      UPDATE deleted_posts SET deleted_by = ${name} WHERE id = ANY (ARRAY(
        SELECT id FROM deleted_posts WHERE deleted_by = ${username} LIMIT ${someRows}))`;
    return renamed.count;
  });
  await untilNone(async () => {
    const gone = await sql`
      DELETE FROM idempotency WHERE author_id = ${id} AND key = ANY (ARRAY(
        SELECT key FROM idempotency WHERE author_id = ${id} LIMIT ${someRows}))`;
    return gone.count;
  });
}
