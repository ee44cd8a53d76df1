-- Language tag (BCP 47) of a post, as somebody said it; without one it is guessed where pages are made.
ALTER TABLE posts ADD COLUMN lang text;
