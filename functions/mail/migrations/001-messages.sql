-- What became of each mail (docs/decisions/0108-mail.md). Neither addresses nor texts: these are the producer's, and are read when a mail is sent.
CREATE TABLE messages (
  -- The producer's, and part of the Message-ID.
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  -- waiting: to be tried again; sent: the mail server has it; refused: the mail server does not want it; void: nothing was to be sent any more.
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'refused', 'void')),
  tries integer NOT NULL DEFAULT 1,
  -- Until then whoever took it may be speaking with the mail server.
  taken_until timestamptz(3) NOT NULL,
  -- Why it was not sent: a reply code of SMTP (RFC 5321, RFC 3463), or a word. Never the reply's text, which names addresses.
  reason text,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  settled_at timestamptz(3),
  CHECK ((state = 'waiting') = (settled_at IS NULL))
);
CREATE INDEX messages_created ON messages (created_at);
