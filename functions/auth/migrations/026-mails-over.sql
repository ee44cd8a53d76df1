-- When forget_mails() has something to forget next; mail says by it when it wants to be woken.
CREATE FUNCTION mails_over_at() RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER SET search_path = auth, pg_temp
BEGIN ATOMIC
  SELECT least((SELECT min(mails.expires_at) FROM mails), (SELECT min(off_links.made_at) + interval '1 year' FROM off_links));
END;
REVOKE EXECUTE ON FUNCTION mails_over_at() FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of auth alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'mail') THEN
    GRANT EXECUTE ON FUNCTION mails_over_at() TO mail;
  END IF;
END $$;
