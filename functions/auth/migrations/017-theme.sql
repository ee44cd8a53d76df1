-- How pages look to readers who have not chosen (functions/auth/settings.ts).
ALTER TABLE blog ADD COLUMN theme text NOT NULL DEFAULT 'auto' CHECK (theme IN ('auto', 'light', 'dark', 'sepia', 'contrast'));

-- As in 015-layout.sql, with the theme.
CREATE OR REPLACE FUNCTION blog_settings() RETURNS json LANGUAGE sql STABLE SECURITY DEFINER SET search_path = auth, pg_temp
BEGIN ATOMIC
  SELECT json_build_object(
    'version', version, 'title', title, 'description', description, 'language', language, 'time_zone', time_zone,
    'accent', accent, 'accent_dark', accent_dark, 'theme', theme, 'logo', logo, 'icon', icon, 'layout', layout, 'navigation', navigation, 'footer', footer,
    'posts_per_page', posts_per_page, 'registration', registration, 'comments', comments) FROM blog;
END;
