-- count_post of some posts at once, which differ, in an order of locks that several can take beside each other: posts by their ids, then
-- categories by theirs. `news` is an array of what count_post is told. `n` is the place of the post, from 1, from whose news it follows. It tells of no counts, which nobody asks for.
CREATE FUNCTION count_posts(news jsonb)
RETURNS TABLE (n integer, happened text, id bigint, version integer, name text, slug text, color text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  impossible record;
  changed jsonb;
  candidate record;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(counting_lock());
  SELECT each.post, each.at_version, coalesce(c.version, 0) AS newest INTO impossible
  FROM jsonb_to_recordset(news) AS each (post bigint, at_version integer) LEFT JOIN counted AS c ON c.post_id = each.post
  WHERE each.at_version > coalesce(c.version, 0)::bigint + 10000 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'post % cannot be at version % already: % was the last that is known', impossible.post, impossible.at_version, impossible.newest USING ERRCODE = 'DV001';
  END IF;
  WITH known AS (
    INSERT INTO counted AS k (post_id, version, category_id, counts)
    SELECT each.post, each.at_version, each.category, each.is_counted
    FROM jsonb_to_recordset(news) AS each (post bigint, at_version integer, category bigint, is_counted boolean) ORDER BY each.post
    ON CONFLICT (post_id) DO UPDATE SET version = excluded.version, category_id = excluded.category_id, counts = excluded.counts
    WHERE k.version < excluded.version
    RETURNING post_id, category_id AS category, counts, old.category_id AS before, coalesce(old.counts, false) AS counted_before
  )
  SELECT coalesce(jsonb_agg(to_jsonb(known)), '[]') INTO changed FROM known;
  PERFORM FROM categories AS c
  WHERE c.id IN (SELECT unnest(ARRAY[k.category, k.before]) FROM jsonb_to_recordset(changed) AS k (category bigint, before bigint))
  ORDER BY c.id FOR NO KEY UPDATE;
  UPDATE categories AS c SET post_count = c.post_count + sums.difference
  FROM (
    SELECT moves.category, sum(moves.difference) AS difference
    FROM jsonb_to_recordset(changed) AS k (category bigint, counts boolean, before bigint, counted_before boolean),
      LATERAL (VALUES (k.category, k.counts::integer), (k.before, -k.counted_before::integer)) AS moves (category, difference)
    GROUP BY moves.category
  ) AS sums
  WHERE sums.category = c.id AND sums.difference <> 0;
  -- The first post makes a category known.
  RETURN QUERY UPDATE categories AS c SET announced = true
    FROM (
      SELECT each.category, min(each.n)::integer AS n
      FROM ROWS FROM (jsonb_to_recordset(news) AS (post bigint, category bigint)) WITH ORDINALITY AS each (post, category, n)
      JOIN jsonb_to_recordset(changed) AS k (post_id bigint) ON k.post_id = each.post GROUP BY each.category
    ) AS firsts
    WHERE firsts.category = c.id AND NOT c.announced
    RETURNING firsts.n, 'created', c.id, c.version, c.name, c.slug, c.color;
  -- Categories that a post has left; of old news the one they name, which may have been left since; those of posts that are gone.
  FOR candidate IN
    SELECT gone.category, min(gone.n) AS n
    FROM ROWS FROM (jsonb_to_recordset(news) AS (post bigint, category bigint, is_gone boolean)) WITH ORDINALITY AS each (post, category, is_gone, place)
    LEFT JOIN jsonb_to_recordset(changed) AS k (post_id bigint, before bigint) ON k.post_id = each.post
    LEFT JOIN counted AS known ON k.post_id IS NULL AND known.post_id = each.post,
      LATERAL (VALUES
        (CASE WHEN k.before <> each.category THEN k.before END, each.place::integer),
        (CASE WHEN k.post_id IS NOT NULL AND each.is_gone THEN each.category END, each.place::integer),
        (CASE WHEN known.category_id <> each.category THEN each.category END, each.place::integer)) AS gone (category, n)
    WHERE gone.category IS NOT NULL GROUP BY gone.category ORDER BY gone.category
  LOOP
    RETURN QUERY SELECT candidate.n, removed.* FROM remove_if_empty(candidate.category) AS removed;
  END LOOP;
END $$;

REVOKE EXECUTE ON FUNCTION count_posts(jsonb) FROM PUBLIC;
