import { outbox } from '@dormouse/runtime/outbox';
import { openSql } from '@dormouse/runtime/sql';
import type { TestDatabase } from '@dormouse/tests/database';
import { openDeletedPosts } from './deleted-store.ts';
import { type NewPost, openPosts } from './store.ts';

/** The store as it runs in a function: own role, own connections; what it emits stays in the outbox. */
export function openStore(db: TestDatabase) {
  const sql = openSql({ databaseUrl: db.urlOf('posts'), service: 'posts' });
  return {
    sql,
    posts: openPosts({ sql, outbox: outbox({ sql, source: '/posts' }) }),
    deleted: openDeletedPosts(sql),
    end: () => sql.end(),
  };
}

export const draftOf = (post: Partial<NewPost> = {}): NewPost => ({
  authorId: 1,
  author: 'ann',
  title: 'A title',
  content: 'Some *text*.',
  categoryName: 'General',
  status: 'published',
  ...post,
});
