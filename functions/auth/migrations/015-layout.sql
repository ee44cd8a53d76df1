-- How lists of posts look.
ALTER TABLE blog ADD COLUMN layout text NOT NULL DEFAULT 'list' CHECK (layout IN ('list', 'cards'));

-- As in 013-comments.sql, with it.
CREATE OR REPLACE FUNCTION blog_settings() RETURNS json LANGUAGE sql STABLE SECURITY DEFINER SET search_path = auth, pg_temp
BEGIN ATOMIC
  SELECT json_build_object(
    'version', version, 'title', title, 'description', description, 'language', language, 'time_zone', time_zone,
    'accent', accent, 'accent_dark', accent_dark, 'logo', logo, 'icon', icon, 'layout', layout, 'navigation', navigation, 'footer', footer,
    'posts_per_page', posts_per_page, 'registration', registration, 'comments', comments) FROM blog;
END;
