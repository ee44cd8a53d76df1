-- Every picture once, by the SHA-256 of what was uploaded, whoever uploaded it.
CREATE TABLE pictures (
  hash text PRIMARY KEY CHECK (hash ~ '^[0-9a-f]{64}$'),
  -- uploaded: pictures has been asked to make its variants; refused: they cannot be made.
  state text NOT NULL DEFAULT 'uploaded' CHECK (state IN ('uploaded', 'ready', 'refused')),
  -- By the first bytes.
  type text NOT NULL,
  bytes integer NOT NULL,
  -- Of the picture as it is shown, turned as its EXIF says.
  width integer,
  height integer,
  -- The average, #rrggbb.
  color text,
  animated boolean,
  -- Why it was refused.
  reason text,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  -- When pictures was last asked.
  asked_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT pictures_ready CHECK (state <> 'ready' OR (width IS NOT NULL AND height IS NOT NULL AND color IS NOT NULL AND animated IS NOT NULL)),
  CONSTRAINT pictures_refused CHECK ((state = 'refused') = (reason IS NOT NULL))
);

-- Who uploaded it. A picture goes with its last row here.
CREATE TABLE uploads (
  owner_id bigint NOT NULL,
  hash text NOT NULL CONSTRAINT uploads_picture REFERENCES pictures (hash),
  -- Milliseconds, because a page's cursor carries them.
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (owner_id, hash)
);
CREATE INDEX uploads_newest ON uploads (owner_id, created_at DESC, hash DESC);
CREATE INDEX uploads_of_picture ON uploads (hash);
