-- Names of accounts that were deleted, which are never given out again: SHA-256 of the name in lower case, so that nothing here says who it was.
CREATE TABLE retired_names (
  hash text PRIMARY KEY
);

CREATE FUNCTION name_hash(username text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN encode(sha256(convert_to(lower(username COLLATE "C"), 'UTF8')), 'hex');

-- As a name that somebody has: INSERT … ON CONFLICT DO NOTHING returns no row.
CREATE FUNCTION refuse_retired_names() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF EXISTS (SELECT FROM retired_names WHERE hash = name_hash(NEW.username)) THEN RETURN NULL; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER refuse_retired_names BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION refuse_retired_names();
