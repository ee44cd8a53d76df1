CREATE TABLE authors (
  name text PRIMARY KEY,
  published integer NOT NULL DEFAULT 0
);
