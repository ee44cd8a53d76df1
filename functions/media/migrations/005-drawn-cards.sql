-- The pictures for cards of links that were drawn because somebody asked for them. Those of the tables cards and card_pictures were drawn when their
-- posts were published; they stay until their posts are changed.
CREATE TABLE drawn_cards (
  post_id bigint NOT NULL,
  -- Of what it shows (functions/_runtime/post-card.ts).
  digest text NOT NULL CHECK (digest ~ '^[0-9a-f]{32}$'),
  -- Since when it shows what is so no more; pages that were kept may still name it.
  outdated_since timestamptz(3),
  PRIMARY KEY (post_id, digest)
);
