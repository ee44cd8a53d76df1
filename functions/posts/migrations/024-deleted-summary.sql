-- As in 023-summary.sql; a file each, so that no two tables are locked at a time.
ALTER TABLE deleted_posts ADD COLUMN summary text NOT NULL DEFAULT '';
