-- What marks a session's refresh tokens as issued: see refresh-token.ts. Each row gets its own, also those that the revision before inserts.
ALTER TABLE sessions ADD COLUMN seal text NOT NULL
  DEFAULT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
