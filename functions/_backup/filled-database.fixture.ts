import type postgres from 'postgres';

/** Rows that a careless copy would change: every script, control characters, nulls, bytes, numbers at their edges. */
export async function fill(admin: postgres.Sql, posts = 3): Promise<void> {
  await admin`INSERT INTO auth.users (username, display_name, email) VALUES
    ('ann', ${'Ann “A”\t\\N\nSecond line\r\n'}, NULL), ('bea', '안녕 🙂', 'bea@example.org')`;
  await admin`INSERT INTO auth.sessions (id, user_id, head, created_at, expires_at)
    VALUES (gen_random_uuid(), 1, 'head', now(), 'infinity')`;
  const [category] = await admin<{ id: string }[]>`SELECT id FROM categories.get_or_create('Café')`;
  await admin`INSERT INTO posts.posts (author_id, author, byline, category_id, status, slug, title, excerpt, content, created_at, updated_at)
    SELECT 1, 'ann', ${['a,b', '{"c"}', '']}, ${category!.id}, 'published', 'slug-' || n, 'Title ' || n, '', E'\\\\.\n' || n, now(), now()
    FROM generate_series(1, ${posts}) AS n`;
  await admin`INSERT INTO posts.slugs (skeleton, slug, stem, ordinal, post_id) SELECT slug, slug, slug, 1, id FROM posts.posts`;
  await admin`INSERT INTO journal.events (source, id, type, attributes, data)
    SELECT '/posts', n::text, 'x', '{"a": 1e400, "b": "\\u00e9"}', decode('00ff5c4e0a', 'hex') FROM generate_series(1, 2) AS n`;
  await admin`INSERT INTO posts.outbox (id, type, source, subject, data)
    VALUES (gen_random_uuid(), 'x', '/posts', '1', ${admin.unsafe(`'{"b":  1, "a": 2}'`)})`;
}

/** All that the tables hold, to compare. */
export async function contentOf(admin: postgres.Sql): Promise<Record<string, unknown[]>> {
  const tables = await admin<{ name: string }[]>`
    SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'public') ORDER BY 1`;
  const rows = await Promise.all(
    tables.map(async ({ name }) => [
      name,
      (await admin.unsafe(`SELECT t::text FROM ${name} AS t ORDER BY 1`)).map(({ t }) => t),
    ]),
  );
  return Object.fromEntries(rows);
}
