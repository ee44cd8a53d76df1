-- Counts follow the events of posts. A merge moves whole categories, so that it and counting exclude each other.

CREATE FUNCTION counting_lock() RETURNS bigint LANGUAGE sql IMMUTABLE RETURN hashtextextended('dormouse.categories.counting', 0);

-- Takes in that a post, at a version, is in a category and counts there or not; `gone` when it was deleted. Older and equal versions
-- change nothing. What follows is returned for events: `created` at the first news of a category, `deleted` when its last post left.
CREATE FUNCTION count_post(post bigint, at_version integer, category bigint, is_counted boolean, is_gone boolean)
RETURNS TABLE (happened text, id bigint, version integer, name text, slug text, color text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  before record;
  candidate bigint;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(counting_lock());
  INSERT INTO counted AS known (post_id, version, category_id, counts) VALUES (post, at_version, category, is_counted)
  ON CONFLICT (post_id) DO UPDATE SET version = excluded.version, category_id = excluded.category_id, counts = excluded.counts
  WHERE known.version < excluded.version
  RETURNING old.category_id, coalesce(old.counts, false) AS counts INTO before;
  IF NOT FOUND THEN
    -- Old news; but the category it names may have been left since.
    SELECT c.category_id, c.counts INTO before FROM counted AS c WHERE c.post_id = post;
    IF before.category_id <> category THEN RETURN QUERY SELECT * FROM remove_if_empty(category); END IF;
    RETURN;
  END IF;
  -- The lower id first, so that two of these cannot wait for each other.
  UPDATE categories AS c SET post_count = c.post_count + change.by
  FROM (SELECT part.id, sum(part.by)::integer AS by FROM (VALUES (before.category_id, -before.counts::integer), (category, is_counted::integer)) AS part (id, by)
        GROUP BY part.id ORDER BY part.id) AS change
  WHERE c.id = change.id AND change.by <> 0;
  RETURN QUERY UPDATE categories AS c SET announced = true WHERE c.id = category AND NOT c.announced
    RETURNING 'created', c.id, c.version, c.name, c.slug, c.color;
  FOR candidate IN SELECT DISTINCT left_one FROM unnest(ARRAY[before.category_id, category]) AS left_one
    WHERE left_one IS NOT NULL AND (is_gone OR left_one <> category) ORDER BY 1
  LOOP
    RETURN QUERY SELECT * FROM remove_if_empty(candidate);
  END LOOP;
END $$;

-- Removes a category that no post is in. The foreign key of posts has the last word: it keeps those with drafts, and with posts
-- whose event is still on its way. Never a default.
CREATE FUNCTION remove_if_empty(candidate bigint)
RETURNS TABLE (happened text, id bigint, version integer, name text, slug text, color text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  IF NOT EXISTS (SELECT FROM categories AS c WHERE c.id = candidate AND c.post_count = 0 AND NOT c.is_default) THEN RETURN; END IF;
  RETURN QUERY WITH removed AS (DELETE FROM categories AS c WHERE c.id = candidate AND c.post_count = 0 AND NOT c.is_default RETURNING c.*)
    SELECT 'deleted', r.id, r.version + 1, r.name, r.slug, r.color FROM removed AS r WHERE r.announced;
EXCEPTION WHEN foreign_key_violation THEN
  RETURN;
END $$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA categories FROM PUBLIC;
GRANT EXECUTE ON FUNCTION get_or_create(text), named(bigint[]), find(text) TO posts;
