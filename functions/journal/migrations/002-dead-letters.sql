-- What could not be delivered: one row for an event and the address that did not take it, however often the Broker says so.
CREATE TABLE dead_letters (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text NOT NULL,
  id text NOT NULL,
  type text NOT NULL,
  subject text,
  destination text NOT NULL,
  -- Null while it cannot be told.
  trigger text,
  -- The last answer's; null when there was none.
  status integer,
  cause text NOT NULL,
  -- Begin of the last answer's body.
  body text,
  failed_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  trace_id text,
  traceparent text,
  -- Those of the event itself, without the Broker's knativeerror*.
  attributes jsonb NOT NULL,
  headers jsonb NOT NULL,
  data bytea,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'redriven')),
  -- Attempts so far.
  redrives integer NOT NULL DEFAULT 0,
  UNIQUE (source, id, destination)
);
CREATE INDEX dead_letters_open ON dead_letters (number) WHERE state = 'open';
CREATE INDEX dead_letters_trace ON dead_letters (trace_id);
