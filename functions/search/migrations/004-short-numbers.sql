-- Pairs of letters are numbers of 32 bits: half of what is written when a post is kept (letters.ts). Made again from the posts themselves.
TRUNCATE posts, vocabulary, fills;
DROP INDEX posts_grams;
ALTER TABLE posts ALTER grams TYPE integer[] USING '{}', ALTER grams SET STORAGE EXTERNAL;
CREATE INDEX posts_grams ON posts USING gin (grams);
