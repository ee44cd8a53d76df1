-- Redrives and replays. A job is worked off in batches; `step` counts them, and only the event that says the present step may go on.
CREATE TABLE jobs (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('redrive', 'replay')),
  state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'cancelled')),
  dry_run boolean NOT NULL,
  asked_by text NOT NULL,
  -- Why it was given up.
  error text,
  -- Of a replay: to whom, and what was archived when (until `last`, so that it ends).
  trigger text,
  from_at timestamptz,
  to_at timestamptz,
  last bigint NOT NULL DEFAULT 0,
  -- Everything up to here is done.
  cursor bigint NOT NULL DEFAULT 0,
  step integer NOT NULL DEFAULT 0,
  -- Whoever works on a batch has the job until then.
  leased_until timestamptz,
  total integer NOT NULL DEFAULT 0,
  seen integer NOT NULL DEFAULT 0,
  matched integer NOT NULL DEFAULT 0,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz(3)
);

-- What a job did about one dead letter (its number) or archived event (its position). Written once, right after it was done.
CREATE TABLE items (
  job uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
  item bigint NOT NULL,
  -- Null: still to be done. `unmatched`: the trigger's filters do not let it through. `already`: another redrive was sooner.
  outcome text CHECK (outcome IN ('sent', 'failed', 'unmatched', 'already')),
  at timestamptz(3),
  status integer,
  error text,
  trace_id text,
  span_id text,
  PRIMARY KEY (job, item)
);
CREATE INDEX items_open ON items (job, item) WHERE outcome IS NULL;
CREATE INDEX items_item ON items (item);
