-- Pictures of media (SHA-256 hashes) that the settings of the blog or what people say of themselves name, wherever in it. media asks before it
-- deletes what nobody uses.
CREATE FUNCTION pictures_named() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = auth, pg_temp
BEGIN ATOMIC
  SELECT DISTINCT found.hash[1] FROM (
    SELECT concat_ws(' ', blog.logo, blog.icon, blog.description, blog.navigation::text, blog.footer) AS content FROM blog
    UNION ALL SELECT users.bio FROM users WHERE users.bio IS NOT NULL
  ) AS texts, regexp_matches(texts.content, '[0-9a-f]{64}', 'g') AS found (hash);
END;
REVOKE EXECUTE ON FUNCTION pictures_named() FROM PUBLIC;
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'media') THEN
    GRANT USAGE ON SCHEMA auth TO media;
    GRANT EXECUTE ON FUNCTION pictures_named() TO media;
  END IF;
END $$;
