-- Titles of published posts and pages, the newest first, for pictures that say what the blog is called: media has them drawn again when that changes.
CREATE FUNCTION newest(before_at timestamptz, before_id bigint, most integer)
RETURNS TABLE (id bigint, version integer, title text, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp ROWS 20 AS $$
  SELECT p.id, p.version, p.title, p.created_at FROM posts AS p
  WHERE p.status = 'published' AND (p.created_at, p.id) < (before_at, before_id)
  ORDER BY p.created_at DESC, p.id DESC LIMIT most
$$;
REVOKE EXECUTE ON FUNCTION newest(timestamptz, bigint, integer) FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of posts and categories alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'media') THEN
    GRANT USAGE ON SCHEMA posts TO media;
    GRANT EXECUTE ON FUNCTION newest(timestamptz, bigint, integer) TO media;
  END IF;
END $$;
