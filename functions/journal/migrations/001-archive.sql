-- Every event that the Broker has taken, in the order it came here. Position is that order; source and id say which event it is.
CREATE TABLE events (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text NOT NULL,
  id text NOT NULL,
  type text NOT NULL,
  subject text,
  received_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  -- Of the trace that the event began in.
  trace_id text,
  -- The delivery's own span, which a replay continues.
  traceparent text,
  -- All context attributes, as text.
  attributes jsonb NOT NULL,
  -- As it was delivered, whatever its media type.
  data bytea,
  UNIQUE (source, id)
);
CREATE INDEX events_received ON events (received_at);
CREATE INDEX events_type ON events (type, position);
CREATE INDEX events_subject ON events (subject, position);
CREATE INDEX events_trace ON events (trace_id);
