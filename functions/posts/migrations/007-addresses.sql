-- Paths that posts had where they were before, each of one post; as oldPath of functions/_runtime/old-path.ts writes them.
CREATE TABLE addresses (
  path text PRIMARY KEY,
  post_id bigint NOT NULL CONSTRAINT addresses_of_post REFERENCES posts (id) ON DELETE CASCADE
);
CREATE INDEX addresses_post ON addresses (post_id);

-- The slug of the published post that had a path. web asks the database itself: else every address that nobody has would wake posts.
CREATE FUNCTION slug_at(wanted text) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp
BEGIN ATOMIC
  SELECT posts.slug FROM addresses JOIN posts ON posts.id = addresses.post_id WHERE addresses.path = wanted AND posts.status = 'published';
END;
REVOKE EXECUTE ON FUNCTION slug_at(text) FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of posts and categories alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'web') THEN
    GRANT USAGE ON SCHEMA posts TO web;
    GRANT EXECUTE ON FUNCTION slug_at(text) TO web;
  END IF;
END $$;
