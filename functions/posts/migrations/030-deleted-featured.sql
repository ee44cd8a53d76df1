-- As in 029-featured.sql; a file each, so that no two tables are locked at a time.
ALTER TABLE deleted_posts ADD COLUMN featured boolean NOT NULL DEFAULT false;
