CREATE INDEX CONCURRENTLY IF NOT EXISTS posts_featured ON posts (created_at DESC, id DESC) WHERE featured;
