-- Whether everybody may read a post now. webhooks asks before it tells somebody of it: an event is of a moment that is over.
CREATE FUNCTION is_public(wanted bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp
BEGIN ATOMIC
  SELECT EXISTS (SELECT FROM posts WHERE posts.id = wanted AND posts.status = 'published');
END;
REVOKE EXECUTE ON FUNCTION is_public(bigint) FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of posts and categories alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'webhooks') THEN
    GRANT USAGE ON SCHEMA posts TO webhooks;
    GRANT EXECUTE ON FUNCTION is_public(bigint) TO webhooks;
  END IF;
END $$;
