-- What search may read: published posts as they are now, never drafts and pages. It asks the database itself: else every event would
-- wake posts, and a result could be shown after its post was hidden.
CREATE FUNCTION searched(wanted bigint[])
RETURNS TABLE (id bigint, version integer, title text, content text, author text, byline text[], tags text[], tag_slugs text[], category_id bigint, created_at timestamptz, lang text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp ROWS 20 AS $$
  SELECT p.id, p.version, p.title, p.content, p.author, p.byline, p.tags, p.tag_slugs, p.category_id, p.created_at, p.lang
  FROM posts AS p WHERE p.id = ANY (wanted) AND p.status = 'published' AND NOT p.is_page
$$;

-- Ids of those that follow `after`, to read all of them.
CREATE FUNCTION searched_after(after bigint, most integer) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp ROWS 100
BEGIN ATOMIC
  SELECT p.id FROM posts AS p WHERE p.id > after AND p.status = 'published' AND NOT p.is_page ORDER BY p.id LIMIT most;
END;

-- Them as lists show them.
CREATE FUNCTION listed(wanted bigint[])
RETURNS TABLE (id bigint, title text, slug text, author text, byline text[], tags text[], excerpt text, created_at timestamptz, published_at timestamptz, updated_at timestamptz, lang text,
  category_id bigint, category_name text, category_slug text, category_color text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp ROWS 20 AS $$
  SELECT p.id, p.title, p.slug, p.author, p.byline, p.tags, p.excerpt, p.created_at, coalesce(p.published_at, p.created_at), p.updated_at, p.lang, c.id, c.name, c.slug, c.color
  FROM posts AS p JOIN LATERAL categories.named(ARRAY[p.category_id]) AS c ON true
  WHERE p.id = ANY (wanted) AND p.status = 'published' AND NOT p.is_page
$$;

REVOKE EXECUTE ON FUNCTION searched(bigint[]), searched_after(bigint, integer), listed(bigint[]) FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of posts and categories alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'search') THEN
    GRANT USAGE ON SCHEMA posts TO search;
    GRANT EXECUTE ON FUNCTION searched(bigint[]), searched_after(bigint, integer), listed(bigint[]) TO search;
  END IF;
END $$;
