CREATE SEQUENCE post_ids AS bigint;

CREATE TABLE posts (
  id bigint PRIMARY KEY DEFAULT nextval('post_ids'),
  -- Grows by one with every change; part of the ETag and of every event.
  version integer NOT NULL DEFAULT 1,
  author_id bigint NOT NULL,
  author text NOT NULL,
  -- Names as printed, of an imported post.
  byline text[] NOT NULL DEFAULT '{}',
  category_id bigint NOT NULL CONSTRAINT posts_category REFERENCES categories.categories (id),
  status text NOT NULL CHECK (status IN ('draft', 'published')),
  -- Its row in slugs makes it unique.
  slug text NOT NULL,
  title text NOT NULL,
  excerpt text NOT NULL,
  content text NOT NULL,
  -- Where an imported post comes from; importing it again changes nothing.
  source text,
  -- Milliseconds, because a page's cursor carries them.
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL
);
ALTER SEQUENCE post_ids OWNED BY posts.id;
CREATE UNIQUE INDEX posts_source ON posts (source) WHERE source IS NOT NULL;
CREATE INDEX posts_newest ON posts (created_at DESC, id DESC) WHERE status = 'published';
-- Also what the foreign key's check needs when a category is removed.
CREATE INDEX posts_of_category ON posts (category_id, status, created_at DESC, id DESC);
CREATE INDEX posts_of_author ON posts (lower(author), status, created_at DESC, id DESC);
CREATE INDEX posts_drafts ON posts (created_at DESC, id DESC) WHERE status = 'draft';

-- Every version as it was written; versions that only moved to another category with a merge have none.
CREATE TABLE revisions (
  post_id bigint NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  version integer NOT NULL,
  title text NOT NULL,
  content text NOT NULL,
  status text NOT NULL,
  editor text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  PRIMARY KEY (post_id, version)
);

-- Answers to requests with an Idempotency-Key, kept for 24 hours.
CREATE TABLE idempotency (
  author_id bigint NOT NULL,
  key text NOT NULL,
  request_hash text NOT NULL,
  post_id bigint NOT NULL,
  etag text NOT NULL,
  body text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT idempotency_key PRIMARY KEY (author_id, key)
);
CREATE INDEX idempotency_created ON idempotency (created_at);
