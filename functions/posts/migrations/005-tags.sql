-- As written, and (at the same places) the slugs by which they are looked for: tagSlug of functions/_runtime/slug.ts.
ALTER TABLE posts ADD COLUMN tags text[] NOT NULL DEFAULT '{}', ADD COLUMN tag_slugs text[] NOT NULL DEFAULT '{}';

-- As in 003-published.sql, with the tags of a post in its event.
CREATE OR REPLACE FUNCTION recategorise(from_category bigint, into_category bigint, trace text)
RETURNS TABLE (post_id bigint, version integer, is_published boolean)
LANGUAGE sql SECURITY DEFINER SET search_path = posts, pg_temp AS $$
  WITH moved AS (
    UPDATE posts SET category_id = into_category, version = posts.version + 1 WHERE category_id = from_category RETURNING *
  ), told AS (
    INSERT INTO outbox (id, type, source, subject, time, data, traceparent)
    SELECT uuidv7(), 'dev.dormouse.post.updated.v1', '/posts', 'post/' || moved.id, clock_timestamp(), jsonb_build_object(
      'id', moved.id, 'version', moved.version, 'slug', moved.slug, 'title', moved.title, 'author', moved.author, 'status', moved.status,
      'category', jsonb_build_object('id', category.id, 'name', category.name, 'slug', category.slug), 'tags', to_jsonb(moved.tags),
      'created_at', to_char(moved.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'updated_at', to_char(moved.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), trace
    FROM moved, categories.named(ARRAY[into_category]) AS category ORDER BY moved.id
  )
  SELECT moved.id, moved.version, moved.status = 'published' FROM moved
$$;
