-- Who is to be told of which comment (docs/decisions/0108-mail.md). Numbers only.
CREATE TABLE notices (
  user_id bigint NOT NULL,
  post_id bigint NOT NULL,
  comment_id bigint NOT NULL,
  noted_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  -- W3C Trace Context of the comment, of which its mail is a part.
  traceparent text,
  -- When they were told. The row stays for a while: a comment that is hidden and shown again is told once.
  told_at timestamptz(3),
  PRIMARY KEY (user_id, comment_id)
);
CREATE INDEX notices_noted ON notices (noted_at);
CREATE INDEX notices_waiting ON notices (user_id, post_id) WHERE told_at IS NULL;

-- When somebody was last told of comments on a post; for a quarter of an hour nothing follows.
CREATE TABLE told (
  user_id bigint NOT NULL,
  post_id bigint NOT NULL,
  told_at timestamptz(3) NOT NULL,
  PRIMARY KEY (user_id, post_id)
);
CREATE INDEX told_old ON told (told_at);

-- One row: until then somebody is telling. Who was killed meanwhile holds it no longer.
CREATE TABLE telling (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  taken_until timestamptz(3) NOT NULL DEFAULT '-infinity'
);
INSERT INTO telling DEFAULT VALUES;
