-- As before, except that no version is believed that is far ahead of the newest known one (docs/decisions/0047-derived-state.md): with
-- it, every true one after it would count as old.
CREATE OR REPLACE FUNCTION count_post(post bigint, at_version integer, category bigint, is_counted boolean, is_gone boolean)
RETURNS TABLE (happened text, id bigint, version integer, name text, slug text, color text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  before record;
  moved boolean;
  newest integer;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(counting_lock());
  SELECT c.version INTO newest FROM counted AS c WHERE c.post_id = post;
  IF at_version > coalesce(newest, 0)::bigint + 10000 THEN
    RAISE EXCEPTION 'post % cannot be at version % already: % was the last that is known', post, at_version, coalesce(newest, 0) USING ERRCODE = 'DV001';
  END IF;
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

-- Where counts differ from the posts that they are of. `missed`: a post counts otherwise, by news that are older than `settled`;
-- `gone`: it counts, and there is no such post (its news may be under way); `ahead`: it is known at a version that it never had;
-- `sum`: a category's number is not that of its posts that count.
CREATE FUNCTION count_differences(settled interval) RETURNS TABLE (problem text, post bigint, category bigint) LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN QUERY
    SELECT CASE WHEN p.id IS NULL THEN 'gone' WHEN c.version > p.version THEN 'ahead' ELSE 'missed' END, coalesce(p.id, c.post_id), coalesce(p.category_id, c.category_id)
    FROM posts.states() AS p FULL JOIN counted AS c ON c.post_id = p.id
    WHERE p.id IS NULL AND (c.counts OR c.post_id > posts.last_id()) OR c.version > p.version
      OR p.updated_at <= clock_timestamp() - settled
        AND (p.is_published <> coalesce(c.counts, false) OR p.is_published AND c.category_id <> p.category_id)
    UNION ALL
    SELECT 'sum', NULL, c.id FROM categories AS c
    LEFT JOIN (SELECT n.category_id, count(*) AS posts FROM counted AS n WHERE n.counts GROUP BY 1) AS real ON real.category_id = c.id
    WHERE c.post_count <> coalesce(real.posts, 0);
END $$;

-- Makes at most `most` of them right, and returns what follows, as count_post does. Counting waits meanwhile; news that were under way,
-- or come later, change nothing twice: each says its version.
CREATE FUNCTION repair_counts(most integer)
RETURNS TABLE (happened text, id bigint, version integer, name text, slug text, color text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  each record;
BEGIN
  PERFORM pg_advisory_xact_lock(counting_lock());
  UPDATE categories AS c SET post_count = real.posts
  FROM (SELECT k.id, count(n.post_id) FILTER (WHERE n.counts) AS posts FROM categories AS k LEFT JOIN counted AS n ON n.category_id = k.id GROUP BY k.id) AS real
  WHERE real.id = c.id AND c.post_count <> real.posts;
  FOR each IN
    SELECT d.problem, d.post, d.category, p.version, p.is_published, known.version AS known_version
    FROM count_differences('0') AS d LEFT JOIN posts.states() AS p ON p.id = d.post LEFT JOIN counted AS known ON known.post_id = d.post
    WHERE d.post IS NOT NULL ORDER BY d.post LIMIT most
  LOOP
    IF each.problem = 'gone' THEN
      UPDATE counted SET version = version - 1 WHERE post_id = each.post;
      RETURN QUERY SELECT * FROM count_post(each.post, each.known_version, each.category, false, true);
      -- An id that was not given yet: its post would begin at version 1.
      DELETE FROM counted WHERE post_id = each.post AND each.post > posts.last_id();
    ELSE
      INSERT INTO counted (post_id, version, category_id, counts) VALUES (each.post, each.version - 1, each.category, false)
      ON CONFLICT (post_id) DO UPDATE SET version = excluded.version;
      RETURN QUERY SELECT * FROM count_post(each.post, each.version, each.category, each.is_published, false);
    END IF;
  END LOOP;
END $$;

REVOKE EXECUTE ON FUNCTION count_differences(interval), repair_counts(integer) FROM PUBLIC;
