-- The picture that stands for a post: a SHA-256 hash of media; null: none. What it shows, for who does not see it.
ALTER TABLE posts ADD COLUMN cover text, ADD COLUMN cover_alt text NOT NULL DEFAULT '';
ALTER TABLE deleted_posts ADD COLUMN cover text, ADD COLUMN cover_alt text NOT NULL DEFAULT '';

-- As in 016-pictures.sql, with covers.
CREATE OR REPLACE FUNCTION pictures_named(behind bigint) RETURNS TABLE (last bigint, hashes text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp
BEGIN ATOMIC
  WITH looked_at AS MATERIALIZED (
    SELECT existing.id FROM (SELECT posts.id FROM posts UNION ALL SELECT deleted_posts.id FROM deleted_posts) AS existing
    WHERE existing.id > behind ORDER BY existing.id LIMIT 20
  ), texts AS (
    SELECT posts.content FROM posts WHERE posts.id IN (SELECT looked_at.id FROM looked_at)
    UNION ALL SELECT posts.cover FROM posts WHERE posts.cover IS NOT NULL AND posts.id IN (SELECT looked_at.id FROM looked_at)
    UNION ALL SELECT revisions.content FROM revisions WHERE revisions.post_id IN (SELECT looked_at.id FROM looked_at)
    UNION ALL SELECT deleted_posts.content FROM deleted_posts WHERE deleted_posts.id IN (SELECT looked_at.id FROM looked_at)
    UNION ALL SELECT deleted_posts.cover FROM deleted_posts WHERE deleted_posts.cover IS NOT NULL AND deleted_posts.id IN (SELECT looked_at.id FROM looked_at)
    UNION ALL SELECT deleted_revisions.content FROM deleted_revisions WHERE deleted_revisions.post_id IN (SELECT looked_at.id FROM looked_at)
  )
  SELECT (SELECT max(looked_at.id) FROM looked_at),
    ARRAY(SELECT DISTINCT found.hash[1] FROM texts, regexp_matches(texts.content, '[0-9a-f]{64}', 'g') AS found (hash));
END;

-- As listed of 015-searched.sql, with covers. That stays for search of the release before, whose connections know what it returns.
CREATE FUNCTION listed_with_covers(wanted bigint[])
RETURNS TABLE (id bigint, title text, slug text, author text, byline text[], tags text[], excerpt text, created_at timestamptz, published_at timestamptz, updated_at timestamptz, lang text,
  cover text, cover_alt text, category_id bigint, category_name text, category_slug text, category_color text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp ROWS 20 AS $$
  SELECT p.id, p.title, p.slug, p.author, p.byline, p.tags, p.excerpt, p.created_at, coalesce(p.published_at, p.created_at), p.updated_at, p.lang, p.cover, p.cover_alt, c.id, c.name, c.slug, c.color
  FROM posts AS p JOIN LATERAL categories.named(ARRAY[p.category_id]) AS c ON true
  WHERE p.id = ANY (wanted) AND p.status = 'published' AND NOT p.is_page
$$;
REVOKE EXECUTE ON FUNCTION listed_with_covers(bigint[]) FROM PUBLIC;
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'search') THEN
    GRANT EXECUTE ON FUNCTION listed_with_covers(bigint[]) TO search;
  END IF;
END $$;
