-- What pictures for cards of links show of posts: of those that are published. media asks before it has one drawn or shows one.
CREATE FUNCTION on_cards(wanted bigint[]) RETURNS TABLE (id bigint, version integer, title text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp ROWS 1 AS $$
  SELECT p.id, p.version, p.title FROM posts AS p WHERE p.id = ANY (wanted) AND p.status = 'published'
$$;
REVOKE EXECUTE ON FUNCTION on_cards(bigint[]) FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of posts and categories alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'media') THEN
    GRANT EXECUTE ON FUNCTION on_cards(bigint[]) TO media;
  END IF;
END $$;
