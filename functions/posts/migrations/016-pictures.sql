-- Pictures of media (SHA-256 hashes) that the next 20 posts after an id name: published, drafts, deleted ones that can be restored, and all of
-- their versions. `last` is the id to go on after; null at the end. media asks before it deletes what nobody uses.
CREATE FUNCTION pictures_named(behind bigint) RETURNS TABLE (last bigint, hashes text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp
BEGIN ATOMIC
  WITH looked_at AS MATERIALIZED (
    SELECT existing.id FROM (SELECT posts.id FROM posts UNION ALL SELECT deleted_posts.id FROM deleted_posts) AS existing
    WHERE existing.id > behind ORDER BY existing.id LIMIT 20
  ), texts AS (
    SELECT posts.content FROM posts WHERE posts.id IN (SELECT looked_at.id FROM looked_at)
    UNION ALL SELECT revisions.content FROM revisions WHERE revisions.post_id IN (SELECT looked_at.id FROM looked_at)
    UNION ALL SELECT deleted_posts.content FROM deleted_posts WHERE deleted_posts.id IN (SELECT looked_at.id FROM looked_at)
    UNION ALL SELECT deleted_revisions.content FROM deleted_revisions WHERE deleted_revisions.post_id IN (SELECT looked_at.id FROM looked_at)
  )
  SELECT (SELECT max(looked_at.id) FROM looked_at),
    ARRAY(SELECT DISTINCT found.hash[1] FROM texts, regexp_matches(texts.content, '[0-9a-f]{64}', 'g') AS found (hash));
END;
REVOKE EXECUTE ON FUNCTION pictures_named(bigint) FROM PUBLIC;
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'media') THEN
    GRANT USAGE ON SCHEMA posts TO media;
    GRANT EXECUTE ON FUNCTION pictures_named(bigint) TO media;
  END IF;
END $$;
