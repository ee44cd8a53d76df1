-- What pages are drawn with (functions/auth/settings.ts).
ALTER TABLE blog ADD COLUMN fonts text NOT NULL DEFAULT 'system' CHECK (fonts IN ('system', 'source'));

-- As in 017-theme.sql, with the fonts.
CREATE OR REPLACE FUNCTION blog_settings() RETURNS json LANGUAGE sql STABLE SECURITY DEFINER SET search_path = auth, pg_temp
BEGIN ATOMIC
  SELECT json_build_object(
    'version', version, 'title', title, 'description', description, 'language', language, 'time_zone', time_zone,
    'accent', accent, 'accent_dark', accent_dark, 'theme', theme, 'fonts', fonts, 'logo', logo, 'icon', icon, 'layout', layout, 'navigation', navigation, 'footer', footer,
    'posts_per_page', posts_per_page, 'registration', registration, 'comments', comments) FROM blog;
END;
