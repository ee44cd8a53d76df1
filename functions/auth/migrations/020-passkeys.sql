-- Public halves of passkeys (WebAuthn Level 3, credential records). The private ones never leave their owners' devices.
CREATE TABLE passkeys (
  -- The credential's id, base64url.
  id text PRIMARY KEY,
  user_id integer NOT NULL REFERENCES users,
  -- What its owner calls it.
  name text NOT NULL,
  -- COSE.
  public_key bytea NOT NULL,
  -- Of its signatures; 0 for devices that do not count.
  counter bigint NOT NULL,
  transports text[] NOT NULL,
  created_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX passkeys_user ON passkeys (user_id);
