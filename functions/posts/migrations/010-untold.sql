-- Posts that another function has moved to another category, and of which no event tells yet: only posts itself can sign its events.
CREATE TABLE untold (
  post_id bigint PRIMARY KEY REFERENCES posts ON DELETE CASCADE,
  since timestamptz NOT NULL,
  traceparent text
);

-- As in 003-published.sql, but that posts tells of it.
CREATE OR REPLACE FUNCTION recategorise(from_category bigint, into_category bigint, trace text)
RETURNS TABLE (post_id bigint, version integer, is_published boolean)
LANGUAGE sql SECURITY DEFINER SET search_path = posts, pg_temp AS $$
  WITH moved AS (
    UPDATE posts SET category_id = into_category, version = posts.version + 1 WHERE category_id = from_category RETURNING *
  ), noted AS (
    INSERT INTO untold (post_id, since, traceparent) SELECT moved.id, clock_timestamp(), trace FROM moved ORDER BY moved.id
    ON CONFLICT ON CONSTRAINT untold_pkey DO UPDATE SET traceparent = excluded.traceparent
  )
  SELECT moved.id, moved.version, moved.status = 'published' FROM moved
$$;

-- As in 008-publish-at.sql, with what is to be told.
CREATE OR REPLACE FUNCTION next_due() RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp
BEGIN ATOMIC
  SELECT least(
    (SELECT min(posts.publish_at) FROM posts WHERE posts.status = 'draft' AND posts.publish_at IS NOT NULL),
    (SELECT min(untold.since) FROM untold)
  );
END;
