-- One row: when the last sweep began.
CREATE TABLE sweeps (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  at timestamptz(3) NOT NULL DEFAULT '-infinity'
);
INSERT INTO sweeps DEFAULT VALUES;

-- When a sweep has something to do. The relay asks for it, so that it wakes webhooks only then: what has waited for six hours was forgotten by the
-- Broker, or left for a webhook that was disabled; deliveries are kept for 30 days, what was withdrawn for a day more. Sweeps are six hours apart.
CREATE FUNCTION next_due() RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER SET search_path = webhooks, pg_temp
BEGIN ATOMIC
  SELECT greatest(next.at, sweeps.at + interval '6 hours') FROM sweeps, (SELECT least(
    (SELECT min(d.touched_at) + interval '6 hours' FROM deliveries AS d WHERE d.state = 'waiting'),
    (SELECT min(d.created_at) + interval '30 days' FROM deliveries AS d),
    (SELECT min(w.at) + interval '31 days' FROM withdrawn AS w)
  ) AS at) AS next WHERE next.at IS NOT NULL;
END;
REVOKE EXECUTE ON FUNCTION next_due() FROM PUBLIC;
DO $$ BEGIN
  -- Not there in databases of few functions, as tests have them.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'relay') THEN
    GRANT USAGE ON SCHEMA webhooks TO relay;
    GRANT EXECUTE ON FUNCTION next_due() TO relay;
  END IF;
END $$;
