-- What posts may do, and only by these functions. Whoever makes or renames a category takes turns by one lock, because all of them
-- choose a free key, slug and colour; whoever only uses one does not wait.

CREATE FUNCTION take_turns() RETURNS void LANGUAGE sql RETURN pg_advisory_xact_lock(hashtextextended('dormouse.categories.names', 0));

-- A slug that neither exists nor looks like one: the wanted one, else with -2, -3, … `own` may keep what it has or had. Needs the turn.
CREATE FUNCTION free_slug(wanted text, own bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE candidate text := wanted;
BEGIN
  FOR ordinal IN 2..2147483647 LOOP
    EXIT WHEN NOT EXISTS (SELECT FROM slugs AS s WHERE s.skeleton = skeleton(candidate) AND s.category_id IS DISTINCT FROM own);
    candidate := wanted || '-' || ordinal;
  END LOOP;
  RETURN candidate;
END $$;

-- Finds the category of a name or makes it. It is locked (FOR KEY SHARE) until the caller's transaction ends, so that it cannot be
-- removed or renamed before the post that asked is committed; a removal that was first is waited for, and the name made again.
-- SQLSTATE 22023 when nothing of the name can be seen.
CREATE FUNCTION get_or_create(wanted text, OUT id bigint, OUT version integer, OUT name text, OUT slug text, OUT color text, OUT created boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = categories, pg_temp AS $$
#variable_conflict use_column
DECLARE
  wanted_key text := name_key(wanted);
  place integer;
BEGIN
  IF wanted_key = '' OR wanted IS NULL THEN RAISE EXCEPTION 'a category needs a name' USING ERRCODE = '22023'; END IF;
  created := false;
  FOR attempt IN 1..2 LOOP
    SELECT c.id, c.version, c.name, c.slug, c.color INTO get_or_create.id, get_or_create.version, get_or_create.name, get_or_create.slug, get_or_create.color
    FROM categories AS c WHERE c.key = wanted_key FOR KEY SHARE;
    IF FOUND THEN RETURN; END IF;
    IF attempt = 1 THEN PERFORM take_turns(); END IF;
  END LOOP;
  created := true;
  version := 1;
  name := display_name(wanted);
  slug := free_slug(slug_of(wanted), NULL);
  SELECT free.place, free.color INTO place, get_or_create.color FROM free_color() AS free;
  INSERT INTO categories AS c (name, key, slug, color_index, color)
  VALUES (get_or_create.name, wanted_key, get_or_create.slug, place, get_or_create.color) RETURNING c.id INTO get_or_create.id;
  INSERT INTO slugs (skeleton, slug, category_id) VALUES (skeleton(get_or_create.slug), get_or_create.slug, get_or_create.id);
END $$;

-- What posts shows of the categories of its posts.
CREATE FUNCTION named(ids bigint[]) RETURNS TABLE (id bigint, version integer, name text, slug text, color text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = categories, pg_temp ROWS 20
BEGIN ATOMIC
  SELECT c.id, c.version, c.name, c.slug, c.color FROM categories AS c WHERE c.id = ANY (ids);
END;

-- The category that has or had a slug; null when there is none.
CREATE FUNCTION find(wanted text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = categories, pg_temp
BEGIN ATOMIC
  SELECT s.category_id FROM slugs AS s WHERE s.slug = wanted;
END;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA categories FROM PUBLIC;
GRANT USAGE ON SCHEMA categories TO posts;
GRANT EXECUTE ON FUNCTION get_or_create(text), named(bigint[]), find(text) TO posts;
GRANT REFERENCES (id) ON categories TO posts;
