-- The pictures that stand for posts on cards of links, by the SHA-256 of their bytes; posts of one title share one.
CREATE TABLE card_pictures (
  hash text PRIMARY KEY CHECK (hash ~ '^[0-9a-f]{64}$'),
  -- Since when no post has it; pages that were kept may still name it.
  unused_since timestamptz(3)
);

CREATE TABLE cards (
  post_id bigint PRIMARY KEY,
  -- Of the post that it was made of: an earlier one that comes late changes nothing.
  version integer NOT NULL,
  -- Null: it has none, or none any more.
  hash text CONSTRAINT cards_picture REFERENCES card_pictures (hash)
);
CREATE INDEX cards_of_picture ON cards (hash);

-- The picture of a post. web asks for it, without waking media.
CREATE FUNCTION card_of(wanted bigint) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = media, pg_temp
BEGIN ATOMIC
  SELECT cards.hash FROM cards WHERE cards.post_id = wanted;
END;
REVOKE EXECUTE ON FUNCTION card_of(bigint) FROM PUBLIC;
DO $$ BEGIN
  -- Not there in a database of media alone, as tests have one.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'web') THEN
    GRANT USAGE ON SCHEMA media TO web;
    GRANT EXECUTE ON FUNCTION card_of(bigint) TO web;
  END IF;
END $$;
