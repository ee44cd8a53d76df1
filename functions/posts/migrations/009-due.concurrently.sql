CREATE INDEX CONCURRENTLY IF NOT EXISTS posts_due ON posts (publish_at) WHERE status = 'draft' AND publish_at IS NOT NULL;
