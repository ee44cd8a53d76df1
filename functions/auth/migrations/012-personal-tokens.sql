-- Tokens that people make for their programs. Hashes only; what was revoked is deleted.
CREATE TABLE personal_tokens (
  id uuid PRIMARY KEY,
  user_id integer NOT NULL REFERENCES users,
  -- What its owner calls it.
  name text NOT NULL,
  -- Separated by blanks, as in the claim `scope` of an access token.
  scopes text NOT NULL,
  hash text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX personal_tokens_user ON personal_tokens (user_id);

-- The access tokens that stand for it name it as their session (`sid`): they end as those of a log-in do (003-revocations.sql).
CREATE TRIGGER note_ended_tokens AFTER DELETE ON personal_tokens REFERENCING OLD TABLE AS ended
  FOR EACH STATEMENT EXECUTE FUNCTION note_ended_sessions();
