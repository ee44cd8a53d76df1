-- Who is told of what, docs/decisions/0100-webhooks.md. Nothing here names a person of this blog.
CREATE TABLE subscriptions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  url text NOT NULL,
  -- Types of the catalogue.
  events text[] NOT NULL,
  -- Both as Standard Webhooks writes them. The older one signs as well until its time has come.
  secret text NOT NULL,
  old_secret text,
  old_secret_until timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  -- Since the first failure after the last success; null after a success.
  failing_since timestamptz(3),
  disabled_at timestamptz(3),
  disabled_reason text CHECK (disabled_reason IN ('failing', 'gone', 'operator')),
  CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL)),
  CHECK ((old_secret IS NULL) = (old_secret_until IS NULL))
);

-- What is sent, as it is sent. Ids grow with time (UUIDv7), and are those that receivers know it by.
CREATE TABLE deliveries (
  id uuid PRIMARY KEY,
  subscription_id bigint NOT NULL REFERENCES subscriptions ON DELETE CASCADE,
  type text NOT NULL,
  -- The post that the body tells of; null where it tells no more than an id.
  post_id bigint,
  body text NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
  -- Grows each time it is begun anew: an event of an earlier run is old news.
  run integer NOT NULL DEFAULT 1,
  -- Attempts of this run.
  tries integer NOT NULL DEFAULT 0,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  -- When it was begun, or last tried.
  touched_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX deliveries_of_subscription ON deliveries (subscription_id, id DESC);
CREATE INDEX deliveries_waiting ON deliveries (touched_at) WHERE state = 'waiting';
CREATE INDEX deliveries_created ON deliveries (created_at);

CREATE TABLE attempts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  delivery_id uuid NOT NULL REFERENCES deliveries ON DELETE CASCADE,
  at timestamptz(3) NOT NULL,
  duration_ms integer NOT NULL,
  -- Of the answer; null when there was none, and then error says why.
  status integer,
  error text,
  -- Its first characters.
  answer text
);
CREATE INDEX attempts_of_delivery ON attempts (delivery_id, id);
