CREATE INDEX CONCURRENTLY IF NOT EXISTS posts_tagged ON posts USING gin (tag_slugs);
