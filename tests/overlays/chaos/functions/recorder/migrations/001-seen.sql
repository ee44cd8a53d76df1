-- One row an event; a second effect of the same event raises `times`, which is what the campaign looks for.
CREATE TABLE seen (
  position bigint GENERATED ALWAYS AS IDENTITY,
  source text NOT NULL,
  id text NOT NULL,
  type text NOT NULL,
  subject text NOT NULL,
  version integer NOT NULL,
  times integer NOT NULL DEFAULT 1,
  PRIMARY KEY (source, id)
);

-- Requests that brought an event, as far as the process lived to write them down.
CREATE TABLE deliveries (requests bigint NOT NULL);
INSERT INTO deliveries VALUES (0);
