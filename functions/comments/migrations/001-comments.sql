-- Comments of readers, in threads of two levels (docs/decisions/0098-comments.md).
CREATE TABLE comments (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  post_id bigint NOT NULL,
  parent_id bigint REFERENCES comments,
  -- Its own id, or its parent's: comments of a post are listed by (thread_id, id).
  thread_id bigint NOT NULL,
  -- Grows by one with every change.
  version integer NOT NULL DEFAULT 1,
  status text NOT NULL CHECK (status IN ('published', 'held', 'spam', 'deleted')),
  -- Account of who wrote it; null: a guest, or nobody any more.
  user_id bigint,
  -- Name as shown: the user name, or what a guest typed; empty of a deleted one.
  author text NOT NULL,
  -- Of a guest who gave one; for moderators alone.
  email text,
  -- Markdown; empty of a deleted one.
  content text NOT NULL,
  -- Why it was not shown at once.
  reasons text[] NOT NULL DEFAULT '{}',
  -- Keyed hash of the network that it came from; forgotten after 30 days.
  origin text,
  -- Hash of the text without case and blanks, by which repetitions are found.
  digest text NOT NULL,
  -- SHA-256 of the token by which a guest may change it for a while.
  token_hash text,
  created_at timestamptz(3) NOT NULL,
  edited_at timestamptz(3)
);
CREATE INDEX comments_of_post ON comments (post_id, thread_id, id);
CREATE INDEX comments_of_parent ON comments (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX comments_in_queue ON comments (status, id DESC);
CREATE INDEX comments_of_user ON comments (user_id, status) WHERE user_id IS NOT NULL;
CREATE INDEX comments_repeated ON comments (digest, created_at);
CREATE INDEX comments_origins ON comments (created_at) WHERE origin IS NOT NULL;

-- Posts that were ever commented on. The row is locked by every change of a post's comments, so that counts are told in order.
CREATE TABLE threads (
  post_id bigint PRIMARY KEY,
  -- Comments that readers see.
  published integer NOT NULL DEFAULT 0,
  version bigint NOT NULL DEFAULT 0,
  -- When the post was deleted, which may be restored: once it is forgotten, its comments are, too.
  deleted_at timestamptz(3)
);
CREATE INDEX threads_deleted ON threads (deleted_at) WHERE deleted_at IS NOT NULL;

-- Who may not comment any more: one of the three.
CREATE TABLE blocks (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id bigint UNIQUE,
  email text UNIQUE,
  origin text UNIQUE,
  -- Name that the comment had for which it was blocked.
  author text NOT NULL,
  blocked_by text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CHECK (num_nonnulls(user_id, email, origin) = 1)
);

-- One row: words of which a comment with one waits for a moderator, and the key of the hashes of networks.
CREATE TABLE moderation (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  words text[] NOT NULL DEFAULT '{}',
  origin_key text NOT NULL DEFAULT gen_random_uuid()::text || gen_random_uuid()::text
);
INSERT INTO moderation DEFAULT VALUES;

-- What readers see of a post's comments, in order of threads: those after a place, or the first. A deleted one is there while somebody has answered it.
CREATE FUNCTION shown(post bigint, after_thread bigint, after_id bigint, most integer)
RETURNS TABLE (id bigint, parent_id bigint, status text, user_id bigint, author text, content text, version integer, created_at timestamptz, edited_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = comments, pg_temp ROWS 50 AS $$
  SELECT c.id, c.parent_id, c.status, c.user_id, c.author, c.content, c.version, c.created_at, c.edited_at
  FROM comments AS c
  WHERE c.post_id = post AND (c.thread_id, c.id) > (after_thread, after_id) AND c.status IN ('published', 'deleted')
    AND CASE WHEN c.parent_id IS NOT NULL THEN EXISTS (SELECT FROM comments AS p WHERE p.id = c.parent_id AND p.status IN ('published', 'deleted'))
      WHEN c.status = 'deleted' THEN EXISTS (SELECT FROM comments AS r WHERE r.parent_id = c.id AND r.status = 'published')
      ELSE true END
  ORDER BY c.thread_id, c.id LIMIT most
$$;

-- How many comments each of some posts has.
CREATE FUNCTION counts(posts bigint[]) RETURNS TABLE (post_id bigint, published integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = comments, pg_temp ROWS 20 AS $$
  SELECT t.post_id, t.published FROM threads AS t WHERE t.post_id = ANY (posts) AND t.published > 0
$$;
REVOKE EXECUTE ON FUNCTION shown(bigint, bigint, bigint, integer), counts(bigint[]) FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of comments alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'web') THEN
    GRANT USAGE ON SCHEMA comments TO web;
    GRANT EXECUTE ON FUNCTION shown(bigint, bigint, bigint, integer), counts(bigint[]) TO web;
  END IF;
END $$;
