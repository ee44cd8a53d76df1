-- Who reads the blog by e-mail, and which posts were sent to whom (docs/decisions/0114-newsletter.md).
CREATE TABLE settings (
  is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one),
  -- Whether posts are sent as mails, and people may subscribe.
  mails_posts boolean NOT NULL DEFAULT false,
  -- Since when: what was published before is never sent.
  since timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO settings DEFAULT VALUES;

-- Who unsubscribes is not here any more.
CREATE TABLE subscribers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL,
  -- pending: has not said yet that it wants the mails; paused: its mail server refuses them.
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'confirmed', 'paused')),
  -- The account that has proven the address.
  user_id bigint,
  -- In each mail, for the link that unsubscribes. Good for nothing else, and as long as the subscription.
  token text NOT NULL UNIQUE,
  -- Refusals for good, in succession.
  bounces integer NOT NULL DEFAULT 0,
  -- Code of the last one (RFC 5321, RFC 3463).
  bounce text,
  requested_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  confirmed_at timestamptz(3),
  CHECK ((state = 'pending') = (confirmed_at IS NULL))
);
CREATE UNIQUE INDEX subscribers_email ON subscribers (lower(email COLLATE "C"));
CREATE INDEX subscribers_pending ON subscribers (requested_at) WHERE state = 'pending';
CREATE INDEX subscribers_user ON subscribers (user_id) WHERE user_id IS NOT NULL;

-- Links of mails that ask whether somebody wants the newsletter. Hashes only: the function mail makes the secrets when it sends.
CREATE TABLE confirmations (
  hash text PRIMARY KEY,
  subscriber_id bigint NOT NULL REFERENCES subscribers ON DELETE CASCADE,
  expires_at timestamptz(3) NOT NULL
);
CREATE INDEX confirmations_subscriber ON confirmations (subscriber_id);

-- Posts that were ever published, or that somebody has left out. A post is sent once: its row stays.
CREATE TABLE issues (
  post_id bigint PRIMARY KEY,
  -- left_out: somebody does not want it sent; skipped: it is not for the newsletter; waiting: for send_at; stopped: it was hidden before all had it.
  state text NOT NULL CHECK (state IN ('left_out', 'skipped', 'waiting', 'sending', 'sent', 'stopped')),
  send_at timestamptz(3),
  -- Of the post as it is sent, to everybody the same; text and html are gone when it is sent.
  title text,
  slug text,
  author text,
  lang text,
  body_html text,
  body_text text,
  started_at timestamptz(3),
  -- Everybody who is to get it has a row in messages.
  is_filled boolean NOT NULL DEFAULT false,
  settled_at timestamptz(3),
  sent integer NOT NULL DEFAULT 0,
  refused integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  CHECK ((state = 'waiting') <= (send_at IS NOT NULL)),
  CHECK ((state = 'sending') <= (started_at IS NOT NULL AND body_html IS NOT NULL AND body_text IS NOT NULL AND title IS NOT NULL))
);
CREATE INDEX issues_open ON issues (state) WHERE state IN ('waiting', 'sending');
CREATE INDEX issues_started ON issues (started_at DESC) WHERE started_at IS NOT NULL;

-- A mail to somebody: of a post one for each subscriber.
CREATE TABLE messages (
  -- Part of the Message-ID, the same however often it is tried.
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  kind text NOT NULL CHECK (kind IN ('confirmation', 'post')),
  subscriber_id bigint NOT NULL REFERENCES subscribers ON DELETE CASCADE,
  post_id bigint REFERENCES issues ON DELETE CASCADE,
  -- refused: by the mail server, for good; failed: tried too often; void: it was not to be sent any more.
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'refused', 'failed', 'void')),
  tries integer NOT NULL DEFAULT 0,
  -- Nobody takes it before: it was tried a while ago, or somebody is sending it.
  due_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  -- A reply code of SMTP, or a word; never the reply's text, which names addresses.
  reason text,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  settled_at timestamptz(3),
  UNIQUE (post_id, subscriber_id),
  CHECK ((kind = 'post') = (post_id IS NOT NULL)),
  CHECK ((state = 'waiting') = (settled_at IS NULL))
);
CREATE INDEX messages_due ON messages (kind, due_at) WHERE state = 'waiting';
CREATE INDEX messages_subscriber ON messages (subscriber_id);
CREATE INDEX messages_settled ON messages (settled_at) WHERE settled_at IS NOT NULL;

-- The next time at which there is something to do. The relay asks for it, so that it wakes newsletter only then.
CREATE FUNCTION next_due() RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER SET search_path = newsletter, pg_temp
BEGIN ATOMIC
  SELECT least(
    (SELECT min(issues.send_at) FROM issues WHERE issues.state = 'waiting'),
    (SELECT min(messages.due_at) FROM messages WHERE messages.state = 'waiting'),
    (SELECT min(issues.started_at) FROM issues WHERE issues.state = 'sending'
      AND NOT (issues.is_filled AND EXISTS (SELECT FROM messages WHERE messages.post_id = issues.post_id AND messages.state = 'waiting'))),
    (SELECT min(subscribers.requested_at) + interval '7 days' FROM subscribers WHERE subscribers.state = 'pending')
  );
END;

-- Whether pages offer to subscribe.
CREATE FUNCTION is_open() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = newsletter, pg_temp
BEGIN ATOMIC
  SELECT settings.mails_posts FROM settings;
END;

-- What mail asks for: the next mail of a kind, which nobody else takes for the next minute. What is not to be sent any more is passed over: of
-- posts that are hidden at this moment, to people who have unsubscribed, and questions that were answered or are a day old.
CREATE FUNCTION take_mail(wanted text, link_hash text) RETURNS json LANGUAGE plpgsql SECURITY DEFINER SET search_path = newsletter, pg_temp AS $$
DECLARE
  message messages%ROWTYPE;
  reader subscribers%ROWTYPE;
  issue issues%ROWTYPE;
BEGIN
  FOR passed IN 1..200 LOOP
    SELECT * INTO message FROM messages AS m
    WHERE m.kind = wanted AND m.state = 'waiting' AND m.due_at <= clock_timestamp()
    ORDER BY m.due_at LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN RETURN NULL; END IF;
    SELECT * INTO reader FROM subscribers AS s WHERE s.id = message.subscriber_id;
    SELECT * INTO issue FROM issues AS i WHERE i.post_id = message.post_id;
    EXIT WHEN CASE wanted
      WHEN 'post' THEN reader.state = 'confirmed' AND issue.state = 'sending' AND posts.is_public(message.post_id)
      ELSE reader.state <> 'confirmed' AND message.created_at > clock_timestamp() - interval '1 day' END;
    UPDATE messages AS m SET state = 'void', settled_at = clock_timestamp() WHERE m.id = message.id;
    message := NULL;
  END LOOP;
  -- So many were passed over: the rest waits for who comes next.
  IF message.id IS NULL THEN RETURN NULL; END IF;
  UPDATE messages AS m SET tries = m.tries + 1, due_at = clock_timestamp() + interval '60 seconds' WHERE m.id = message.id;
  IF wanted = 'confirmation' THEN
    INSERT INTO confirmations VALUES (link_hash, reader.id, clock_timestamp() + interval '7 days');
  END IF;
  RETURN json_build_object('id', message.id, 'email', reader.email, 'token', reader.token, 'requested_at', message.created_at,
    'blog', (auth.blog_settings() ->> 'title'), 'language', (auth.blog_settings() ->> 'language'),
    'post', CASE WHEN wanted = 'post' THEN json_build_object('title', issue.title, 'slug', issue.slug, 'author', issue.author,
      'lang', issue.lang, 'html', issue.body_html, 'text', issue.body_text) END);
END $$;

-- What became of an attempt. Three refusals of an address in succession pause it; a mail that arrives begins the count anew.
CREATE FUNCTION note_mail(message uuid, outcome text, code text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = newsletter, pg_temp AS $$
DECLARE
  noted messages%ROWTYPE;
BEGIN
  UPDATE messages AS m SET reason = code,
    state = CASE WHEN outcome <> 'failed' THEN outcome WHEN m.tries >= 12 THEN 'failed' ELSE m.state END,
    settled_at = CASE WHEN outcome <> 'failed' OR m.tries >= 12 THEN clock_timestamp() END,
    due_at = clock_timestamp() + make_interval(mins => least(60, 2 ^ least(m.tries, 6))::integer)
  WHERE m.id = message AND m.state = 'waiting' RETURNING * INTO noted;
  IF NOT FOUND THEN RETURN; END IF;
  IF noted.state = 'sent' THEN
    UPDATE subscribers SET bounces = 0, bounce = NULL WHERE subscribers.id = noted.subscriber_id AND subscribers.bounces > 0;
  -- About the address, and neither about the text (5.6, 5.7) nor the mail server (5.3).
  ELSIF noted.state = 'refused' AND code ~ '^55[0-3]( 5\.[12]\.\d+)?$' THEN
    UPDATE subscribers SET bounces = subscribers.bounces + 1, bounce = code,
      state = CASE WHEN subscribers.state = 'confirmed' AND subscribers.bounces >= 2 THEN 'paused' ELSE subscribers.state END
    WHERE subscribers.id = noted.subscriber_id;
  END IF;
END $$;

REVOKE EXECUTE ON FUNCTION next_due(), is_open(), take_mail(text, text), note_mail(uuid, text, text) FROM PUBLIC;
DO $$ BEGIN
  -- Not there in databases of few functions, as tests have them.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'relay') THEN
    GRANT USAGE ON SCHEMA newsletter TO relay;
    GRANT EXECUTE ON FUNCTION next_due() TO relay;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'web') THEN
    GRANT USAGE ON SCHEMA newsletter TO web;
    GRANT EXECUTE ON FUNCTION is_open() TO web;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'mail') THEN
    GRANT USAGE ON SCHEMA newsletter TO mail;
    GRANT EXECUTE ON FUNCTION take_mail(text, text), note_mail(uuid, text, text) TO mail;
  END IF;
END $$;
