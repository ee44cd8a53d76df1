-- Published posts as they are looked for (docs/decisions/0097-search.md). All of it is made again from the posts themselves: see fills.
CREATE TABLE posts (
  id bigint PRIMARY KEY,
  version integer NOT NULL,
  created_at timestamptz(3) NOT NULL,
  category_id bigint NOT NULL,
  -- In lower case.
  author text NOT NULL,
  tag_slugs text[] NOT NULL,
  -- What people read: title; author, byline and tags; the text without its markup.
  title text NOT NULL,
  labels text NOT NULL,
  body text NOT NULL,
  -- The same as letters.ts folds them: title and labels each, and the three together, a line each.
  folded_title text NOT NULL,
  folded_labels text NOT NULL,
  folded text NOT NULL,
  -- Every letter, and every two that follow each other, of scripts that write words without blanks between them.
  grams text[] NOT NULL,
  -- Words of the other scripts, and their stems.
  words tsvector NOT NULL
);
CREATE INDEX posts_grams ON posts USING gin (grams);
CREATE INDEX posts_words ON posts USING gin (words);
CREATE INDEX posts_tagged ON posts USING gin (tag_slugs);
CREATE INDEX posts_newest ON posts (created_at DESC, id DESC);
CREATE INDEX posts_of_category ON posts (category_id, created_at DESC, id DESC);
CREATE INDEX posts_of_author ON posts (author, created_at DESC, id DESC);

-- Languages of the posts, whose stems a word of a query may have.
CREATE TABLE languages (name text PRIMARY KEY);

-- How far all posts were read, for a form of this table: a release that keeps something else in it reads them anew.
CREATE TABLE fills (
  form integer PRIMARY KEY,
  last_id bigint NOT NULL DEFAULT 0,
  is_done boolean NOT NULL DEFAULT false
);
