-- Whether somebody wants to be told of comments by e-mail. Nobody is, whose address was never proven.
ALTER TABLE users ADD COLUMN comment_mails boolean NOT NULL DEFAULT true;

-- Links in such mails, by which they end. Hashes only; good for a year, since mails are kept.
CREATE TABLE off_links (
  hash text PRIMARY KEY,
  user_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
  made_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX off_links_made ON off_links (made_at);
CREATE INDEX off_links_user ON off_links (user_id);

-- What mail may ask before it tells somebody of comments: where to, if they want it. The hash becomes that of the link by which it ends.
CREATE FUNCTION comment_mail_to(reader bigint, off_hash text) RETURNS json LANGUAGE sql SECURITY DEFINER SET search_path = auth, pg_temp
BEGIN ATOMIC
  WITH who AS (
    SELECT users.id, users.email FROM users
    WHERE users.id = comment_mail_to.reader AND users.email_verified_at IS NOT NULL AND users.comment_mails
      AND users.deleted_at IS NULL AND users.suspended_at IS NULL
  ), opened AS (
    INSERT INTO off_links (hash, user_id) SELECT comment_mail_to.off_hash, who.id FROM who RETURNING off_links.user_id
  )
  SELECT json_build_object('email', who.email, 'blog', blog.title, 'language', blog.language)
  FROM who JOIN opened ON opened.user_id = who.id, blog;
END;

-- Forgets what is over, also where nobody asks for another mail: mail calls it each quarter of an hour.
CREATE FUNCTION forget_mails() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = auth, pg_temp
BEGIN ATOMIC
  DELETE FROM mails WHERE mails.expires_at <= now();
  DELETE FROM off_links WHERE off_links.made_at < now() - interval '1 year';
END;
REVOKE EXECUTE ON FUNCTION comment_mail_to(bigint, text), forget_mails() FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of auth alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'mail') THEN
    GRANT EXECUTE ON FUNCTION comment_mail_to(bigint, text), forget_mails() TO mail;
  END IF;
END $$;
