-- Pairs of letters are numbers of 32 bits: half of what is written when a post is kept (letters.ts). Made again from the posts themselves.
-- The table is empty from here on: nothing waits for a new type or a new index.
TRUNCATE posts, vocabulary, fills;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX posts_grams;
-- squawk-ignore changing-column-type
ALTER TABLE posts ALTER grams TYPE integer[] USING '{}', ALTER grams SET STORAGE EXTERNAL;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX posts_grams ON posts USING gin (grams);
