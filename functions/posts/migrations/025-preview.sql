-- The key by which others read a draft; null: nobody does. Whoever reads it here reads the draft as well, so it is kept as it is.
ALTER TABLE posts ADD COLUMN preview text;
