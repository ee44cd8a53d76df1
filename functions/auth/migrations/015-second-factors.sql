-- Second factors: time-based one-time passwords (RFC 6238). A secret has to be read to check a code, so that it is no hash; auth's role alone reads it.
CREATE TABLE totp (
  user_id integer PRIMARY KEY REFERENCES users,
  -- Base32.
  secret text NOT NULL,
  -- Null until its owner has shown a code of it: until then a log-in does not ask for one.
  confirmed_at timestamptz,
  -- Of the last code that was taken, half minutes since 1970: no code is good twice.
  last_step bigint NOT NULL DEFAULT 0
);

-- Codes for who has lost the other device, each good once. Hashes only.
CREATE TABLE recovery_codes (
  user_id integer NOT NULL REFERENCES users,
  hash text NOT NULL,
  PRIMARY KEY (user_id, hash)
);
