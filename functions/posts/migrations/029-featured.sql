-- Whether the front page begins with it. Editors decide.
ALTER TABLE posts ADD COLUMN featured boolean NOT NULL DEFAULT false;
