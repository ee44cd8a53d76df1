-- Passwords tried in a row for a name: by strangers (network '') together, and by each network that the name's owner has used. Names
-- that nobody has are counted as well: what is answered must not tell them apart.
CREATE TABLE password_tries (
  name text NOT NULL,
  network text NOT NULL,
  tries integer NOT NULL,
  last_at timestamptz NOT NULL,
  -- Until then further tries are refused; null while they need not wait.
  next_at timestamptz,
  PRIMARY KEY (name, network)
);
CREATE INDEX password_tries_last ON password_tries (last_at);

-- Networks (an IPv4 address, the first 64 bits of an IPv6 one) from which somebody has logged in, so that strangers cannot lock them out.
CREATE TABLE known_networks (
  user_id integer NOT NULL REFERENCES users,
  network text NOT NULL,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, network)
);
CREATE INDEX known_networks_seen ON known_networks (seen_at);
