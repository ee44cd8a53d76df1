-- Mails name authors as they call themselves when the mail is sent.
CREATE OR REPLACE FUNCTION take_mail(wanted text, link_hash text) RETURNS json LANGUAGE plpgsql SECURITY DEFINER SET search_path = newsletter, pg_temp AS $$
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
      'name', (SELECT names.display_name FROM auth.display_names(ARRAY[issue.author]) AS names), 'lang', issue.lang, 'html', issue.body_html, 'text', issue.body_text) END);
END $$;
