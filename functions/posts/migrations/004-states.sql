-- What categories may ask to see whether its counts are right: every post as it is now, and how far ids have come.
CREATE FUNCTION states() RETURNS TABLE (id bigint, version integer, category_id bigint, is_published boolean, updated_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp ROWS 10000
BEGIN ATOMIC
  SELECT posts.id, posts.version, posts.category_id, posts.status = 'published', posts.updated_at FROM posts;
END;

CREATE FUNCTION last_id() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp
BEGIN ATOMIC
  SELECT last_value FROM post_ids;
END;

REVOKE EXECUTE ON FUNCTION states(), last_id() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION states(), last_id() TO categories;
