-- Made again from the posts themselves (see fills). Pairs of letters are numbers here: an index of numbers is made in a third of the time.
-- squawk-ignore ban-drop-table
DROP TABLE posts;
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
  -- To compress costs more than all else that is done with a post, and to decompress most of a search.
  body text STORAGE EXTERNAL NOT NULL,
  -- The same as letters.ts folds them: title and labels each, and the three together, a line each.
  folded_title text NOT NULL,
  folded_labels text NOT NULL,
  folded text STORAGE EXTERNAL NOT NULL,
  -- Every letter, and every two that follow each other, of scripts that write words without blanks between them: see letters.ts.
  grams bigint[] STORAGE EXTERNAL NOT NULL,
  -- Words of the other scripts, and their stems.
  words tsvector STORAGE EXTERNAL NOT NULL
);
CREATE INDEX posts_grams ON posts USING gin (grams);
CREATE INDEX posts_words ON posts USING gin (words);
CREATE INDEX posts_tagged ON posts USING gin (tag_slugs);
CREATE INDEX posts_newest ON posts (created_at DESC, id DESC);
CREATE INDEX posts_of_category ON posts (category_id, created_at DESC, id DESC);
CREATE INDEX posts_of_author ON posts (author, created_at DESC, id DESC);

-- Words of titles and texts that may be meant by one that no post has.
CREATE TABLE vocabulary (
  word text PRIMARY KEY,
  -- How many posts have it; of so many that it is common (postgres-vocabulary.ts) it is not counted any more.
  posts smallint NOT NULL,
  -- See spelling.ts.
  keys text[] NOT NULL
);
CREATE INDEX vocabulary_keys ON vocabulary USING gin (keys);
