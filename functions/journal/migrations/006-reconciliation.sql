-- What is known of each Trigger: which archived events were compared with what its consumer has.
CREATE TABLE reconciled (
  trigger text PRIMARY KEY,
  -- Another one means another Trigger of the same name.
  uid text NOT NULL,
  consumer text NOT NULL,
  -- Why it cannot be compared; null: it is.
  reason text,
  -- Its consumer answered 2xx and remembered nothing.
  forgetful boolean NOT NULL DEFAULT false,
  -- Every archived event up to this position was compared.
  judged bigint NOT NULL,
  -- Events that were older than an inbox remembers when their turn came, so that they were not compared.
  too_old bigint NOT NULL DEFAULT 0,
  redelivered bigint NOT NULL DEFAULT 0,
  -- Events younger than this are not compared yet, in seconds.
  after_seconds integer NOT NULL
);
-- Archived events that a consumer has not, until it has them, or they are dead letters.
CREATE TABLE missing (
  trigger text NOT NULL REFERENCES reconciled ON DELETE CASCADE,
  position bigint NOT NULL,
  source text NOT NULL,
  id text NOT NULL,
  -- Events of one key are sent in their order.
  key text NOT NULL,
  since timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  attempts integer NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  status integer,
  error text,
  PRIMARY KEY (trigger, position)
);
CREATE INDEX missing_due ON missing (next_at);
CREATE INDEX missing_key ON missing (trigger, key, position);
-- One process at a time compares and redelivers.
CREATE TABLE reconciliation (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  leased_until timestamptz
);
INSERT INTO reconciliation DEFAULT VALUES;

-- What the relay asks each minute, so that the journal is woken only for something: whether an event waits to be compared or to be
-- sent again, and for how many seconds the oldest one that was not compared has been archived.
CREATE FUNCTION reconciliation_due(OUT due boolean, OUT behind_seconds float8) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = journal, pg_temp
BEGIN ATOMIC
  SELECT coalesce(event.age > settings.after_seconds, false) OR EXISTS (SELECT FROM missing WHERE next_at <= clock_timestamp()),
    coalesce(event.age, 0)
  FROM (SELECT coalesce(min(judged), 0) AS judged, coalesce(max(after_seconds), 120) AS after_seconds FROM reconciled) AS settings
  LEFT JOIN LATERAL (
    SELECT extract(epoch FROM clock_timestamp() - received_at)::float8 AS age FROM events WHERE position > settings.judged ORDER BY position LIMIT 1
  ) AS event ON true;
END;
REVOKE EXECUTE ON FUNCTION reconciliation_due() FROM PUBLIC;
