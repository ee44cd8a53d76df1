-- What people call themselves, and their pictures, by user name: pages print both wherever a person is named. Without those who have chosen
-- neither. web asks for this in the place of display_names().
CREATE FUNCTION people_named(names text[]) RETURNS TABLE (username text, display_name text, picture text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = auth, pg_temp
BEGIN ATOMIC
  SELECT u.username, u.display_name, u.picture FROM users AS u
  WHERE lower(u.username COLLATE "C") = ANY (ARRAY(SELECT lower(name COLLATE "C") FROM unnest(names) AS name))
    AND (u.display_name IS NOT NULL OR u.picture IS NOT NULL) AND u.deleted_at IS NULL;
END;
REVOKE EXECUTE ON FUNCTION people_named(text[]) FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of auth alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'web') THEN
    GRANT EXECUTE ON FUNCTION people_named(text[]) TO web;
  END IF;
END $$;
