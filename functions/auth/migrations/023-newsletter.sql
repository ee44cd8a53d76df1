-- What newsletter may ask: which account has proven that an address is its own, and which address an account has proven.
CREATE FUNCTION account_of(address text) RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER SET search_path = auth, pg_temp
BEGIN ATOMIC
  SELECT users.id FROM users
  WHERE lower(users.email COLLATE "C") = lower(account_of.address COLLATE "C") AND users.email_verified_at IS NOT NULL AND users.deleted_at IS NULL
  ORDER BY users.id LIMIT 1;
END;
CREATE FUNCTION proven_address(account bigint) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = auth, pg_temp
BEGIN ATOMIC
  SELECT users.email FROM users WHERE users.id = proven_address.account AND users.email_verified_at IS NOT NULL AND users.deleted_at IS NULL;
END;
REVOKE EXECUTE ON FUNCTION account_of(text), proven_address(bigint) FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of auth alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'newsletter') THEN
    GRANT USAGE ON SCHEMA auth TO newsletter;
    GRANT EXECUTE ON FUNCTION blog_settings(), account_of(text), proven_address(bigint) TO newsletter;
  END IF;
END $$;
