-- When an account's e-mail address was last proven, by a link that was sent there. Null: never; nothing but the page of its owner depends on it.
ALTER TABLE users ADD COLUMN email_verified_at timestamptz;

-- Mails that somebody asked for (docs/decisions/0108-mail.md); the function mail sends them. Gone when their time is over.
CREATE TABLE mails (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('password-reset', 'email-verification', 'log-in')),
  -- Where to, as it was typed or as the account has it. Also one that no account has: whether one does is not looked at before the mail is sent.
  email text NOT NULL,
  -- The account that it is about; null: all that have the address.
  user_id integer REFERENCES users ON DELETE CASCADE,
  -- SHA-256 of what the browser has that asked, where the links are good in that one alone.
  browser text,
  requested_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX mails_expire ON mails (expires_at);
CREATE INDEX mails_user ON mails (user_id) WHERE user_id IS NOT NULL;

-- Links in mails, each good once. Hashes only: the secrets are made by the function mail, at the moment that it sends.
CREATE TABLE mail_links (
  hash text PRIMARY KEY,
  mail_id uuid NOT NULL REFERENCES mails ON DELETE CASCADE,
  user_id integer NOT NULL REFERENCES users ON DELETE CASCADE
);
CREATE INDEX mail_links_mail ON mail_links (mail_id);
CREATE INDEX mail_links_user ON mail_links (user_id);

-- What mail may ask, and nothing else of auth: where a mail goes and what it is about. The hashes become those of its links, one for each
-- account; the first are whose address was proven, and then the older accounts. An account counts only with the very address that the mail goes to.
CREATE FUNCTION open_mail(mail uuid, hashes text[]) RETURNS json LANGUAGE sql SECURITY DEFINER SET search_path = auth, pg_temp
BEGIN ATOMIC
  WITH asked AS (
    SELECT mails.id, mails.kind, mails.email, mails.user_id, mails.requested_at FROM mails
    WHERE mails.id = open_mail.mail AND mails.expires_at > now()
  ), people AS (
    SELECT users.id, users.username,
      row_number() OVER (ORDER BY users.email_verified_at IS NULL, users.id) AS n
    FROM users JOIN asked ON lower(users.email COLLATE "C") = lower(asked.email COLLATE "C")
    WHERE users.deleted_at IS NULL AND users.suspended_at IS NULL
      AND users.email = coalesce(
        (SELECT exact.email FROM users AS exact WHERE exact.email = asked.email AND exact.deleted_at IS NULL AND exact.suspended_at IS NULL LIMIT 1),
        (SELECT other.email FROM users AS other
         WHERE lower(other.email COLLATE "C") = lower(asked.email COLLATE "C") AND other.deleted_at IS NULL AND other.suspended_at IS NULL
         ORDER BY other.email_verified_at IS NULL, other.id LIMIT 1))
      AND (asked.user_id IS NULL OR users.id = asked.user_id)
  ), opened AS (
    INSERT INTO mail_links (hash, mail_id, user_id)
    SELECT open_mail.hashes[people.n::integer], asked.id, people.id FROM people, asked
    WHERE people.n <= cardinality(open_mail.hashes)
    RETURNING mail_links.user_id
  )
  SELECT json_build_object(
    'kind', asked.kind,
    'email', coalesce((SELECT users.email FROM users JOIN people ON people.id = users.id LIMIT 1), asked.email),
    'accounts', coalesce((SELECT json_agg(people.username ORDER BY people.n) FROM people JOIN opened ON opened.user_id = people.id), '[]'::json),
    'blog', blog.title, 'language', blog.language, 'requested_at', asked.requested_at)
  FROM asked, blog;
END;
REVOKE EXECUTE ON FUNCTION open_mail(uuid, text[]) FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of auth alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'mail') THEN
    GRANT USAGE ON SCHEMA auth TO mail;
    GRANT EXECUTE ON FUNCTION open_mail(uuid, text[]) TO mail;
  END IF;
END $$;
