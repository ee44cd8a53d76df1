-- Pictures of media by their hashes; null: the ones that every blog has.
ALTER TABLE blog ADD COLUMN logo text, ADD COLUMN icon text;

-- As in 006-blog.sql, with both.
CREATE OR REPLACE FUNCTION blog_settings() RETURNS json LANGUAGE sql STABLE SECURITY DEFINER SET search_path = auth, pg_temp
BEGIN ATOMIC
  SELECT json_build_object(
    'version', version, 'title', title, 'description', description, 'language', language, 'time_zone', time_zone,
    'accent', accent, 'accent_dark', accent_dark, 'logo', logo, 'icon', icon, 'navigation', navigation, 'footer', footer,
    'posts_per_page', posts_per_page, 'registration', registration) FROM blog;
END;
