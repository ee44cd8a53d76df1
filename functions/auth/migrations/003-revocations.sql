-- Every function asks every few seconds which sessions have ended and which roles have changed, because access tokens say otherwise
-- for up to 15 minutes more. Triggers write it down, so that no way of ending a session can forget to.
CREATE TABLE ended_sessions (
  id uuid PRIMARY KEY,
  ended_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ended_sessions_at ON ended_sessions (ended_at);

CREATE FUNCTION note_ended_sessions() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO ended_sessions (id) SELECT id FROM ended ON CONFLICT DO NOTHING;
  DELETE FROM ended_sessions WHERE id IN (
    SELECT id FROM ended_sessions WHERE ended_at < now() - interval '1 hour' LIMIT 1000 FOR UPDATE SKIP LOCKED);
  RETURN NULL;
END $$;
CREATE TRIGGER note_ended_sessions AFTER DELETE ON sessions REFERENCING OLD TABLE AS ended
  FOR EACH STATEMENT EXECUTE FUNCTION note_ended_sessions();

ALTER TABLE users ADD COLUMN role_changed_at timestamptz;
CREATE INDEX users_role_changed ON users (role_changed_at) WHERE role_changed_at IS NOT NULL;

CREATE FUNCTION note_role_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.role_changed_at := now();
  RETURN NEW;
END $$;
CREATE TRIGGER note_role_change BEFORE UPDATE OF role ON users
  FOR EACH ROW WHEN (OLD.role IS DISTINCT FROM NEW.role) EXECUTE FUNCTION note_role_change();
