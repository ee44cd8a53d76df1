-- Current and former slugs. `skeleton` is the same for slugs that look the same (slug.ts), so that no two of them can exist,
-- and no two equal ones either;
-- `stem` is the skeleton before a number was added, `ordinal` that number.
CREATE TABLE slugs (
  skeleton text PRIMARY KEY,
  slug text NOT NULL,
  stem text NOT NULL,
  ordinal integer NOT NULL,
  -- Deferred: a post and its slug are made by one statement, the slug first.
  post_id bigint NOT NULL REFERENCES posts (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX slugs_numbered ON slugs (stem, ordinal) WHERE ordinal > 1;
CREATE INDEX slugs_post ON slugs (post_id);

-- Gives a post the wanted slug, or the next free one with -2, -3, … Who wants the same at the same time waits for the other's
-- commit. A post that returns to an earlier title has its earlier slug again.
CREATE FUNCTION claim_slug(post bigint, wanted text, wanted_stem text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  number integer := 1;
  suffix text := '';
  claimed text;
BEGIN
  LOOP
    INSERT INTO slugs (skeleton, slug, stem, ordinal, post_id) VALUES (wanted_stem || suffix, wanted || suffix, wanted_stem, number, post) ON CONFLICT DO NOTHING;
    IF FOUND THEN RETURN wanted || suffix; END IF;
    IF number = 1 THEN
      SELECT slug INTO claimed FROM slugs WHERE post_id = post AND stem = wanted_stem ORDER BY slug <> wanted, ordinal LIMIT 1;
      IF FOUND THEN RETURN claimed; END IF;
      SELECT coalesce(max(ordinal), 1) INTO number FROM slugs WHERE stem = wanted_stem AND ordinal > 1;
    END IF;
    number := number + 1;
    suffix := '-' || number;
  END LOOP;
END $$;
