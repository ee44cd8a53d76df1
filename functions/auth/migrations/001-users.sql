-- Who may log in. A deleted user's row stays, emptied of everything but the name, so that the name is never given out again.
CREATE TABLE users (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  username text NOT NULL CHECK (username ~ '^[A-Za-z0-9][A-Za-z0-9._-]{1,28}[A-Za-z0-9_-]$'),
  display_name text,
  -- Neither unique nor proven: it identifies nobody, and no identity may ever be linked by it.
  email text,
  -- PHC string; null until an imported account is claimed.
  password_hash text,
  role text NOT NULL DEFAULT 'author' CHECK (role IN ('reader', 'author', 'editor', 'admin')),
  created_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  CHECK (deleted_at IS NULL OR (display_name IS NULL AND email IS NULL AND password_hash IS NULL))
);
-- COLLATE "C": lower() of ASCII letters, whatever the server's locale.
CREATE UNIQUE INDEX users_name ON users (lower(username COLLATE "C"));

-- Accounts at other providers that lead to a user.
CREATE TABLE identities (
  provider text NOT NULL,
  subject text NOT NULL,
  user_id integer NOT NULL REFERENCES users,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (provider, subject)
);
CREATE INDEX identities_user ON identities (user_id);

-- One row is one log-in: a family of refresh tokens, of which only the newest (head) is valid. Hashes only.
CREATE TABLE sessions (
  id uuid PRIMARY KEY,
  user_id integer NOT NULL REFERENCES users,
  head text NOT NULL,
  -- Tokens replaced in the last seconds, [{hash, salt, at}]: see refresh-token.ts.
  spent jsonb NOT NULL DEFAULT '[]',
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id, expires_at);

-- One-time links by which somebody sets the password of an account. Hashes only; a new link replaces the one before.
CREATE TABLE claims (
  user_id integer PRIMARY KEY REFERENCES users,
  hash text NOT NULL UNIQUE,
  expires_at timestamptz NOT NULL
);
