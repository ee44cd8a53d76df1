-- Who writes here: user names in lower case, each once, by a look into posts_of_author for each. search asks for it, and auth what they call themselves.
CREATE FUNCTION authors() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp ROWS 100
BEGIN ATOMIC
  WITH RECURSIVE found AS (
    (SELECT lower(p.author) AS name FROM posts AS p ORDER BY lower(p.author) LIMIT 1)
    UNION ALL
    SELECT (SELECT lower(p.author) FROM posts AS p WHERE lower(p.author) > found.name ORDER BY lower(p.author) LIMIT 1)
    FROM found WHERE found.name IS NOT NULL
  )
  SELECT name FROM found WHERE name IS NOT NULL;
END;
REVOKE EXECUTE ON FUNCTION authors() FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of posts and categories alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'search') THEN
    GRANT EXECUTE ON FUNCTION authors() TO search;
  END IF;
END $$;
