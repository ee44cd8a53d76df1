-- The next time at which there is something to do. The relay asks for it, so that it wakes mail only then: people are told of comments five minutes
-- after the first of them, and rounds are a quarter of an hour apart (telling.taken_until); what is over is forgotten.
CREATE FUNCTION next_due() RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER SET search_path = mail, pg_temp AS $$
  SELECT greatest(next.at, telling.taken_until) FROM telling, (SELECT least(
    (SELECT min(greatest(n.noted_at + interval '5 minutes', t.told_at + interval '14 minutes'))
      FROM notices AS n LEFT JOIN told AS t ON t.user_id = n.user_id AND t.post_id = n.post_id WHERE n.told_at IS NULL),
    (SELECT min(n.noted_at) + interval '30 days' FROM notices AS n),
    (SELECT min(t.told_at) + interval '1 day' FROM told AS t),
    auth.mails_over_at()
  ) AS at) AS next WHERE next.at IS NOT NULL
$$;
REVOKE EXECUTE ON FUNCTION next_due() FROM PUBLIC;
DO $$ BEGIN
  -- Not there in databases of few functions, as tests have them.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'relay') THEN
    GRANT USAGE ON SCHEMA mail TO relay;
    GRANT EXECUTE ON FUNCTION next_due() TO relay;
  END IF;
END $$;
