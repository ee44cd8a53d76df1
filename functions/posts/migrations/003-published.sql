-- Moves every post of a category to another, for categories' merge and in its transaction: each gets a new version and a
-- post.updated in the outbox. Returns what moved, so that the counts can follow at once.
CREATE FUNCTION recategorise(from_category bigint, into_category bigint, trace text)
RETURNS TABLE (post_id bigint, version integer, is_published boolean)
LANGUAGE sql SECURITY DEFINER SET search_path = posts, pg_temp AS $$
  WITH moved AS (
    UPDATE posts SET category_id = into_category, version = posts.version + 1 WHERE category_id = from_category RETURNING *
  ), told AS (
    INSERT INTO outbox (id, type, source, subject, time, data, traceparent)
    SELECT uuidv7(), 'dev.dormouse.post.updated.v1', '/posts', 'post/' || moved.id, clock_timestamp(), jsonb_build_object(
      'id', moved.id, 'version', moved.version, 'slug', moved.slug, 'title', moved.title, 'author', moved.author, 'status', moved.status,
      'category', jsonb_build_object('id', category.id, 'name', category.name, 'slug', category.slug),
      'created_at', to_char(moved.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'updated_at', to_char(moved.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), trace
    FROM moved, categories.named(ARRAY[into_category]) AS category ORDER BY moved.id
  )
  SELECT moved.id, moved.version, moved.status = 'published' FROM moved
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA posts FROM PUBLIC;
GRANT USAGE ON SCHEMA posts TO categories;
GRANT EXECUTE ON FUNCTION recategorise(bigint, bigint, text) TO categories;
