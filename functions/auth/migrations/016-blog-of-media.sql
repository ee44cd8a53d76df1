-- media tells pictures what cards of posts say of the blog.
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'media') THEN
    GRANT EXECUTE ON FUNCTION blog_settings() TO media;
  END IF;
END $$;
