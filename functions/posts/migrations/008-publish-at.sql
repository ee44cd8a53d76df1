-- Since when a post is visible to everybody; null: not yet, or since created_at, before there was this column.
ALTER TABLE posts ADD COLUMN published_at timestamptz(3);
-- When a draft is going to be published. A column of its own: a release that knows neither of them leaves published_at in a draft, too.
ALTER TABLE posts ADD COLUMN publish_at timestamptz(3);

-- The next time at which a post is to be published. The relay asks for it, so that it wakes posts only when there is something to do.
CREATE FUNCTION next_due() RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp
BEGIN ATOMIC
  SELECT min(posts.publish_at) FROM posts WHERE posts.status = 'draft' AND posts.publish_at IS NOT NULL;
END;
REVOKE EXECUTE ON FUNCTION next_due() FROM PUBLIC;
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'relay') THEN
    GRANT USAGE ON SCHEMA posts TO relay;
    GRANT EXECUTE ON FUNCTION next_due() TO relay;
  END IF;
END $$;
