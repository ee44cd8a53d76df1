-- How far pictures for cards are drawn again after the blog has another name or colour: the place that was reached, the newest posts first.
CREATE TABLE redrawing (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  before_at timestamptz NOT NULL,
  before_id bigint NOT NULL,
  -- So many posts more; older ones keep their pictures until they are changed.
  remaining integer NOT NULL
);
