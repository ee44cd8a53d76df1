-- What mail tells of a post that was commented on: as comments (017-commented.sql).
DO $$ BEGIN
  -- Not there in a database of posts and categories alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'mail') THEN
    GRANT USAGE ON SCHEMA posts TO mail;
    GRANT EXECUTE ON FUNCTION commented(bigint[]) TO mail;
  END IF;
END $$;
