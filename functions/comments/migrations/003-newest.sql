-- The newest of what readers see of a post's comments, for its feed; deleted ones have left no text to follow.
CREATE FUNCTION newest(post bigint, most integer)
RETURNS TABLE (id bigint, parent_id bigint, status text, user_id bigint, author text, content text, created_at timestamptz, edited_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = comments, pg_temp ROWS 50 AS $$
  SELECT c.id, c.parent_id, c.status, c.user_id, c.author, c.content, c.created_at, c.edited_at
  FROM comments AS c
  WHERE c.post_id = post AND c.status = 'published'
    AND (c.parent_id IS NULL OR EXISTS (SELECT FROM comments AS p WHERE p.id = c.parent_id AND p.status IN ('published', 'deleted')))
  ORDER BY c.id DESC LIMIT most
$$;
REVOKE EXECUTE ON FUNCTION newest(bigint, integer) FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of comments alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'web') THEN
    GRANT EXECUTE ON FUNCTION newest(bigint, integer) TO web;
  END IF;
END $$;
