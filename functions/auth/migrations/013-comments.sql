-- Whose comments are shown at once: nobody may comment; everybody's are; after a first one was accepted; after each was.
ALTER TABLE blog ADD COLUMN comments text NOT NULL DEFAULT 'first_held' CHECK (comments IN ('none', 'open', 'first_held', 'all_held'));
-- A blog that is set up looks as it did before: its administrator decides.
UPDATE blog SET comments = 'none' WHERE version > 0;

-- As in 010-logo.sql, with it.
CREATE OR REPLACE FUNCTION blog_settings() RETURNS json LANGUAGE sql STABLE SECURITY DEFINER SET search_path = auth, pg_temp
BEGIN ATOMIC
  SELECT json_build_object(
    'version', version, 'title', title, 'description', description, 'language', language, 'time_zone', time_zone,
    'accent', accent, 'accent_dark', accent_dark, 'logo', logo, 'icon', icon, 'navigation', navigation, 'footer', footer,
    'posts_per_page', posts_per_page, 'registration', registration, 'comments', comments) FROM blog;
END;

-- What comments may ask.
CREATE FUNCTION comments_policy() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = auth, pg_temp
BEGIN ATOMIC
  SELECT blog.comments FROM blog;
END;
REVOKE EXECUTE ON FUNCTION comments_policy() FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of auth alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'comments') THEN
    GRANT USAGE ON SCHEMA auth TO comments;
    GRANT EXECUTE ON FUNCTION comments_policy() TO comments;
  END IF;
END $$;
