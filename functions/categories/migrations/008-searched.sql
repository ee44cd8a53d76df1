-- What search may ask: which categories have a name that is looked for, and which one a slug leads to.
CREATE FUNCTION names() RETURNS TABLE (id bigint, name text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = categories, pg_temp ROWS 50
BEGIN ATOMIC
  SELECT c.id, c.name FROM categories AS c;
END;
REVOKE EXECUTE ON FUNCTION names() FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of posts and categories alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'search') THEN
    GRANT USAGE ON SCHEMA categories TO search;
    GRANT EXECUTE ON FUNCTION names(), find(text) TO search;
  END IF;
END $$;
