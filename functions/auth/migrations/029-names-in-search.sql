-- Whoever looks for what an author is called finds their posts.
DO $$ BEGIN
  -- Not there in a database of auth alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'search') THEN
    GRANT USAGE ON SCHEMA auth TO search;
    GRANT EXECUTE ON FUNCTION display_names(text[]) TO search;
  END IF;
END $$;
