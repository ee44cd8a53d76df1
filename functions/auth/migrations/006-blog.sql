-- What the blog is called, how it looks and who may register: one row. At version 0 nobody has set the blog up.
CREATE TABLE blog (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  -- Grows by one with every change; part of the ETag and of every event.
  version integer NOT NULL DEFAULT 0,
  title text NOT NULL DEFAULT 'Dormouse',
  description text NOT NULL DEFAULT 'A blog that sleeps until somebody reads it.',
  language text NOT NULL DEFAULT 'en',
  time_zone text NOT NULL DEFAULT 'UTC',
  accent text NOT NULL DEFAULT '#8f4a1b',
  accent_dark text NOT NULL DEFAULT '#e6a56c',
  navigation jsonb NOT NULL DEFAULT '[]',
  footer text NOT NULL DEFAULT 'A blog that sleeps until somebody reads it.',
  posts_per_page integer NOT NULL DEFAULT 20,
  -- Null: as the installation says (REGISTRATION).
  registration text CHECK (registration IN ('nobody', 'invitation', 'readers', 'authors')),
  -- Of the one-time code by which the first administrator sets the blog up. A hash only; a new code replaces the one before.
  setup_hash text
);
INSERT INTO blog DEFAULT VALUES;

-- What pages show of it. web may ask for this, and for nothing else of auth.
CREATE FUNCTION blog_settings() RETURNS json LANGUAGE sql STABLE SECURITY DEFINER SET search_path = auth, pg_temp
BEGIN ATOMIC
  SELECT json_build_object(
    'version', version, 'title', title, 'description', description, 'language', language, 'time_zone', time_zone,
    'accent', accent, 'accent_dark', accent_dark, 'navigation', navigation, 'footer', footer,
    'posts_per_page', posts_per_page, 'registration', registration) FROM blog;
END;
REVOKE EXECUTE ON FUNCTION blog_settings() FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of auth alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'web') THEN
    GRANT USAGE ON SCHEMA auth TO web;
    GRANT EXECUTE ON FUNCTION blog_settings() TO web;
  END IF;
END $$;
