-- Posts that were deleted, for the 30 days in which they can be brought back. Whoever adds a column to posts adds it here, too.
CREATE TABLE deleted_posts (
  LIKE posts,
  -- Its category as it was: the category itself may go with its last post, or be merged into another.
  category_name text NOT NULL,
  category_slug text NOT NULL,
  -- Its rows of slugs: [{"skeleton", "slug", "stem", "ordinal"}].
  slugs jsonb NOT NULL,
  -- Paths that it had elsewhere.
  addresses text[] NOT NULL,
  deleted_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  -- User name of who deleted it.
  deleted_by text NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX deleted_posts_newest ON deleted_posts (deleted_at DESC, id DESC);
CREATE INDEX deleted_posts_of_author ON deleted_posts (author_id, deleted_at DESC, id DESC);

CREATE TABLE deleted_revisions (
  LIKE revisions,
  PRIMARY KEY (post_id, version),
  FOREIGN KEY (post_id) REFERENCES deleted_posts (id) ON DELETE CASCADE
);

-- As in 010-untold.sql, with what is to be forgotten: at full hours, so that a day of tidying up wakes nobody each minute 30 days later.
CREATE OR REPLACE FUNCTION next_due() RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER SET search_path = posts, pg_temp
BEGIN ATOMIC
  SELECT least(
    (SELECT min(posts.publish_at) FROM posts WHERE posts.status = 'draft' AND posts.publish_at IS NOT NULL),
    (SELECT min(untold.since) FROM untold),
    (SELECT date_trunc('hour', min(deleted_posts.deleted_at) + interval '720 hours', 'UTC') + interval '1 hour' FROM deleted_posts)
  );
END;
