-- Keys that a shared cache in front of the site has to forget and could not be told (docs/decisions/0103-what-a-cdn-was-not-told.md).
CREATE TABLE purges (
  key text PRIMARY KEY,
  -- Grows each time it is noted: what was noted while the cache was told stays.
  noted bigint NOT NULL DEFAULT 1,
  noted_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  since timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
