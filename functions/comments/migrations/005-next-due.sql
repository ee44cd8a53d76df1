-- One row: when the last sweep began.
CREATE TABLE sweeps (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  at timestamptz(3) NOT NULL DEFAULT '-infinity'
);
INSERT INTO sweeps DEFAULT VALUES;

-- When a sweep has something to do. The relay asks for it, so that it wakes comments only then: networks are forgotten after 30 days, and comments once
-- posts has forgotten their post. Sweeps are six hours apart, so that a day of many comments wakes nobody each minute 30 days later.
-- In plpgsql, since the schema of posts may come after this one.
CREATE FUNCTION next_due() RETURNS timestamptz LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = comments, pg_temp AS $$
DECLARE
  due timestamptz := least(
    (SELECT min(c.created_at) + interval '30 days' FROM comments AS c WHERE c.origin IS NOT NULL),
    (SELECT min(b.created_at) + interval '30 days' FROM blocks AS b WHERE b.origin IS NOT NULL),
    (SELECT now() WHERE EXISTS (SELECT FROM posts.forgotten(ARRAY(SELECT t.post_id FROM threads AS t WHERE t.deleted_at IS NOT NULL)))));
BEGIN
  RETURN (SELECT greatest(due, sweeps.at + interval '6 hours') FROM sweeps WHERE due IS NOT NULL);
END $$;
REVOKE EXECUTE ON FUNCTION next_due() FROM PUBLIC;
DO $$ BEGIN
  -- Not there in databases of few functions, as tests have them.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'relay') THEN
    GRANT USAGE ON SCHEMA comments TO relay;
    GRANT EXECUTE ON FUNCTION next_due() TO relay;
  END IF;
END $$;
