-- An account whose access an administrator has ended keeps its name, password and posts, and cannot log in.
ALTER TABLE users ADD COLUMN suspended_at timestamptz;

-- One-time links by which people make an account with a role. Hashes only; what was used or revoked is deleted.
CREATE TABLE invitations (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hash text NOT NULL UNIQUE,
  role text NOT NULL CHECK (role IN ('reader', 'author', 'editor', 'operator', 'admin')),
  -- Whom it is for, as the inviter typed it.
  name text,
  email text,
  invited_by integer NOT NULL REFERENCES users,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX invitations_inviter ON invitations (invited_by);
