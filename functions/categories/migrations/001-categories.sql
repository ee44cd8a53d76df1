-- Categories come to be inside the transaction of the first post in them (get_or_create) and go when the last post left.
CREATE TABLE categories (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  version integer NOT NULL DEFAULT 1,
  name text NOT NULL,
  -- name_key(name): one category per name, whatever its case, width or spaces.
  key text NOT NULL UNIQUE,
  slug text NOT NULL UNIQUE,
  -- Place in the sequence color_at(0), color_at(1), …
  color_index integer NOT NULL UNIQUE CHECK (color_index >= 0),
  color text NOT NULL UNIQUE CHECK (color ~ '^#[0-9a-f]{6}$'),
  is_default boolean NOT NULL DEFAULT false,
  -- Whether category.created was emitted.
  announced boolean NOT NULL DEFAULT false,
  -- Published posts; always the number of rows of `counted` that count here.
  post_count integer NOT NULL DEFAULT 0 CHECK (post_count >= 0),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

-- Current and former slugs; `skeleton` is the same for slugs that look the same.
CREATE TABLE slugs (
  skeleton text PRIMARY KEY,
  slug text NOT NULL UNIQUE,
  category_id bigint NOT NULL REFERENCES categories (id) ON DELETE CASCADE
);
CREATE INDEX slugs_category ON slugs (category_id);

-- The newest known state of every post, deleted ones included, so that an old or repeated event changes nothing.
CREATE TABLE counted (
  post_id bigint PRIMARY KEY,
  version integer NOT NULL,
  category_id bigint NOT NULL,
  counts boolean NOT NULL
);
CREATE INDEX counted_category ON counted (category_id);
