-- Posts that were hidden or deleted. What was said of one up to this version is told to nobody any more, also when the post comes back.
CREATE TABLE withdrawn (
  post_id bigint PRIMARY KEY,
  version integer NOT NULL,
  at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
