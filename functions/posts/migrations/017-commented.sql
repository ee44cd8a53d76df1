-- What comments may know of a post: whether it can be commented on, and whose it is. It asks the database itself: a post that was hidden a
-- moment ago shows no comments, though its event is still under way.
CREATE FUNCTION commented(wanted bigint[])
RETURNS TABLE (id bigint, author_id bigint, slug text, title text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp ROWS 20 AS $$
  SELECT p.id, p.author_id, p.slug, p.title FROM posts AS p WHERE p.id = ANY (wanted) AND p.status = 'published' AND NOT p.is_page
$$;

-- Those of an author, to moderate their comments.
CREATE FUNCTION written_by(writer bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp ROWS 100 AS $$
  SELECT p.id FROM posts AS p WHERE p.author_id = writer
$$;
-- Those that are forgotten for good: neither there nor among the deleted ones.
CREATE FUNCTION forgotten(wanted bigint[]) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp ROWS 20 AS $$
  SELECT w.id FROM unnest(wanted) AS w (id)
  WHERE NOT EXISTS (SELECT FROM posts AS p WHERE p.id = w.id) AND NOT EXISTS (SELECT FROM deleted_posts AS d WHERE d.id = w.id)
$$;
REVOKE EXECUTE ON FUNCTION commented(bigint[]), written_by(bigint), forgotten(bigint[]) FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of posts and categories alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'comments') THEN
    GRANT USAGE ON SCHEMA posts TO comments;
    GRANT EXECUTE ON FUNCTION commented(bigint[]), written_by(bigint), forgotten(bigint[]) TO comments;
  END IF;
END $$;
