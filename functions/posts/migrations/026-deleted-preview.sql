-- As in 025-preview.sql; a file each, so that no two tables are locked at a time.
ALTER TABLE deleted_posts ADD COLUMN preview text;
