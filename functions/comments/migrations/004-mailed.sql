-- What mail tells people of: those of some comments that readers see, and who wrote what they answer.
CREATE FUNCTION told(wanted bigint[])
RETURNS TABLE (id bigint, post_id bigint, user_id bigint, answered_user_id bigint, author text, content text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = comments, pg_temp ROWS 20 AS $$
  SELECT c.id, c.post_id, c.user_id, p.user_id, c.author, c.content
  FROM comments AS c LEFT JOIN comments AS p ON p.id = c.parent_id
  WHERE c.id = ANY (wanted) AND c.status = 'published' AND (c.parent_id IS NULL OR p.status IN ('published', 'deleted'))
  ORDER BY c.id
$$;
REVOKE EXECUTE ON FUNCTION told(bigint[]) FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of comments alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'mail') THEN
    GRANT USAGE ON SCHEMA comments TO mail;
    GRANT EXECUTE ON FUNCTION told(bigint[]) TO mail;
  END IF;
END $$;
