-- What newsletter may know of a post: whose it is, whether it was imported, and, while everybody may read it, what it says. It asks the
-- database itself: a post that was hidden a moment ago is sent to nobody, though its event is still under way.
CREATE FUNCTION mailed(wanted bigint)
RETURNS TABLE (author_id bigint, author text, slug text, title text, content text, lang text, is_page boolean, is_imported boolean, published_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp ROWS 1 AS $$
  SELECT p.author_id, p.author, p.slug, p.title, CASE p.status WHEN 'published' THEN p.content END, p.lang, p.is_page, p.source IS NOT NULL,
    CASE p.status WHEN 'published' THEN coalesce(p.published_at, p.created_at) END
  FROM posts AS p WHERE p.id = wanted
$$;
REVOKE EXECUTE ON FUNCTION mailed(bigint) FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of posts and categories alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'newsletter') THEN
    GRANT USAGE ON SCHEMA posts TO newsletter;
    GRANT EXECUTE ON FUNCTION mailed(bigint), is_public(bigint) TO newsletter;
  END IF;
END $$;
