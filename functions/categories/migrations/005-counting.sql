-- Counts follow the events of posts. A merge moves whole categories, so that it and counting exclude each other.

CREATE FUNCTION counting_lock() RETURNS bigint LANGUAGE sql IMMUTABLE RETURN hashtextextended('dormouse.categories.counting', 0);

-- Takes in that a post, at a version, is in a category and counts there or not; `gone` when it was deleted. Older and equal versions
-- change nothing. What follows is returned: `created` at the first news of a category, `deleted`
-- when its last post left, `counted` otherwise.
CREATE FUNCTION count_post(post bigint, at_version integer, category bigint, is_counted boolean, is_gone boolean)
RETURNS TABLE (happened text, id bigint, version integer, name text, slug text, color text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  before record;
  moved boolean;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(counting_lock());
  INSERT INTO counted AS known (post_id, version, category_id, counts) VALUES (post, at_version, category, is_counted)
  ON CONFLICT (post_id) DO UPDATE SET version = excluded.version, category_id = excluded.category_id, counts = excluded.counts
  WHERE known.version < excluded.version
  RETURNING old.category_id, coalesce(old.counts, false) AS counts INTO before;
  IF NOT FOUND THEN
    -- Old news; but the category it names may have been left since.
    PERFORM FROM counted AS c WHERE c.post_id = post AND c.category_id <> category;
    IF FOUND THEN RETURN QUERY SELECT * FROM remove_if_empty(category); END IF;
    RETURN;
  END IF;
  moved := before.category_id <> category;
  -- The lower id first, so that two of these cannot wait for each other.
  IF moved AND before.category_id < category THEN PERFORM leave(before.category_id, before.counts); END IF;
  RETURN QUERY UPDATE categories AS c
    SET post_count = c.post_count + is_counted::integer - (before.counts AND moved IS NOT TRUE)::integer, announced = true
    WHERE c.id = category AND (NOT c.announced OR is_counted <> (before.counts AND moved IS NOT TRUE))
    RETURNING CASE WHEN old.announced THEN 'counted' ELSE 'created' END, c.id, c.version, c.name, c.slug, c.color;
  IF moved AND before.category_id > category THEN PERFORM leave(before.category_id, before.counts); END IF;
  IF moved THEN RETURN QUERY SELECT * FROM remove_if_empty(before.category_id); END IF;
  IF is_gone THEN RETURN QUERY SELECT * FROM remove_if_empty(category); END IF;
END $$;

CREATE FUNCTION leave(category bigint, was_counted boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE categories SET post_count = post_count - 1 WHERE id = category AND was_counted;
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
