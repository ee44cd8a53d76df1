-- What its author says of a post in lists and on cards; empty: the excerpt is made of the text.
ALTER TABLE posts ADD COLUMN summary text NOT NULL DEFAULT '';
