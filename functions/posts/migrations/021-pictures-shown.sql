-- Which pictures of media the texts of some published posts show, for the map of the site: web reads summaries alone.
CREATE FUNCTION pictures_shown(wanted bigint[]) RETURNS TABLE (id bigint, hashes text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp ROWS 100
BEGIN ATOMIC
  SELECT posts.id, ARRAY(
    SELECT DISTINCT found.hash[1]
    FROM regexp_matches(posts.content, '/blog/media/pictures/([0-9a-f]{64})-(?:640|1280|1920)\.(?:avif|webp|jpg)', 'g') AS found (hash))
  FROM posts
  WHERE posts.id = ANY (wanted) AND posts.status = 'published' AND posts.content LIKE '%/blog/media/pictures/%';
END;
REVOKE EXECUTE ON FUNCTION pictures_shown(bigint[]) FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of posts and categories alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'web') THEN
    GRANT USAGE ON SCHEMA posts TO web;
    GRANT EXECUTE ON FUNCTION pictures_shown(bigint[]) TO web;
  END IF;
END $$;
