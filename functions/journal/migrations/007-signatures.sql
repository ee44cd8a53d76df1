-- CloudEvents source of the producer whose signature was verified; null for events of others, and for those from before there were signatures.
ALTER TABLE events ADD COLUMN signed_by text;
ALTER TABLE dead_letters ADD COLUMN signed_by text;
