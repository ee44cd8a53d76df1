-- As in 019-autosaved.sql; a file each, so that no two tables are locked at a time.
ALTER TABLE deleted_revisions ADD COLUMN autosaved boolean NOT NULL DEFAULT false;
