-- An account elsewhere (001-users.sql) is found by issuer (`provider`) and subject. Null in none: the table was empty until this release.
ALTER TABLE identities
  ADD COLUMN id uuid,
  -- What its provider calls it, for its owner.
  ADD COLUMN label text,
  ADD COLUMN used_at timestamptz;
