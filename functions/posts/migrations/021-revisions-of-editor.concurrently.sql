CREATE INDEX CONCURRENTLY IF NOT EXISTS revisions_of_editor ON revisions (editor);
