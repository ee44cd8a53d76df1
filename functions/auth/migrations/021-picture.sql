-- A picture of somebody, on their page: a SHA-256 hash of media. Null: none. Gone with the account.
ALTER TABLE users ADD COLUMN picture text;

-- As in 011-pictures.sql, with these.
CREATE OR REPLACE FUNCTION pictures_named() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = auth, pg_temp
BEGIN ATOMIC
  SELECT DISTINCT found.hash[1] FROM (
    SELECT concat_ws(' ', blog.logo, blog.icon, blog.description, blog.navigation::text, blog.footer) AS content FROM blog
    UNION ALL SELECT concat_ws(' ', users.bio, users.picture) FROM users WHERE users.bio IS NOT NULL OR users.picture IS NOT NULL
  ) AS texts, regexp_matches(texts.content, '[0-9a-f]{64}', 'g') AS found (hash);
END;
