CREATE INDEX CONCURRENTLY IF NOT EXISTS posts_preview ON posts (preview) WHERE preview IS NOT NULL;
