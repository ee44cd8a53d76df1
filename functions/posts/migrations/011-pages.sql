-- A page ("About") has everything that a post has, and stands in no list, feed, count or tag.
ALTER TABLE posts ADD COLUMN is_page boolean NOT NULL DEFAULT false;

-- As in 010-untold.sql; a page does not count.
CREATE OR REPLACE FUNCTION recategorise(from_category bigint, into_category bigint, trace text)
RETURNS TABLE (post_id bigint, version integer, is_published boolean)
LANGUAGE sql SECURITY DEFINER SET search_path = posts, pg_temp AS $$
  WITH moved AS (
    UPDATE posts SET category_id = into_category, version = posts.version + 1 WHERE category_id = from_category RETURNING *
  ), noted AS (
    INSERT INTO untold (post_id, since, traceparent) SELECT moved.id, clock_timestamp(), trace FROM moved ORDER BY moved.id
    ON CONFLICT ON CONSTRAINT untold_pkey DO UPDATE SET traceparent = excluded.traceparent
  )
  SELECT moved.id, moved.version, moved.status = 'published' AND NOT moved.is_page FROM moved
$$;

-- As in 004-states.sql; a page does not count.
CREATE OR REPLACE FUNCTION states() RETURNS TABLE (id bigint, version integer, category_id bigint, is_published boolean, updated_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp ROWS 10000
BEGIN ATOMIC
  SELECT posts.id, posts.version, posts.category_id, posts.status = 'published' AND NOT posts.is_page, posts.updated_at FROM posts;
END;
