-- What people call themselves, by user name: pages print it wherever a person is named. Without those who have chosen none.
-- web may ask for this and for blog_settings(), and for nothing else of auth.
CREATE FUNCTION display_names(names text[]) RETURNS TABLE (username text, display_name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = auth, pg_temp
BEGIN ATOMIC
  SELECT u.username, u.display_name FROM users AS u
  WHERE lower(u.username COLLATE "C") = ANY (ARRAY(SELECT lower(name COLLATE "C") FROM unnest(names) AS name))
    AND u.display_name IS NOT NULL AND u.deleted_at IS NULL;
END;
REVOKE EXECUTE ON FUNCTION display_names(text[]) FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of auth alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'web') THEN
    GRANT EXECUTE ON FUNCTION display_names(text[]) TO web;
  END IF;
END $$;
