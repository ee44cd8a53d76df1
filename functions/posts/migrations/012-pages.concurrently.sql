CREATE INDEX CONCURRENTLY IF NOT EXISTS posts_pages ON posts (created_at DESC, id DESC) WHERE is_page;
