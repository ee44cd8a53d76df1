-- Whether a version was saved without being asked for: only such a one gives its place to the next. Those of before count as made by hand.
ALTER TABLE revisions ADD COLUMN autosaved boolean NOT NULL DEFAULT false;
