import { outbox } from '@dormouse/runtime/outbox';
import { openSql } from '@dormouse/runtime/sql';
import type { Sql } from '@dormouse/runtime/sql-types';
import type { TestDatabase } from '@dormouse/tests/database';
import { documentOf } from './document.ts';
import { postgresStore } from './postgres-store.ts';
import type { PublishedPost } from './published-posts.ts';
import { termsOf } from './query.ts';
import type { Search, SearchStore } from './store.ts';

/** The store as it runs in a function: own role, own connections. */
export function openStore(db: TestDatabase, make: (sql: Sql) => SearchStore = postgresStore) {
  const sql = openSql({ databaseUrl: db.urlOf('search'), service: 'search' });
  const box = outbox({ sql, source: '/search' });
  const store = make(sql);
  return {
    sql,
    outbox: box,
    store,
    put: (...posts: PublishedPost[]) => box.transaction((tx) => store.put(posts.map(documentOf), tx)),
    find: (query: string, options: Partial<Search> = {}) =>
      store.find({
        limit: 100,
        terms: termsOf(query).map((term) => ({ ...term, categories: [], authors: [] })),
        ...options,
      }),
    end: () => sql.end(),
  };
}

export const postOf = (post: Partial<PublishedPost> & { id: number }): PublishedPost => ({
  version: 1,
  title: 'A title',
  content: 'Some text.',
  author: 'ann',
  byline: [],
  tags: [],
  tagSlugs: [],
  categoryId: 1,
  lang: null,
  createdAt: new Date(Date.UTC(2026, 0, 1) + post.id * 1000),
  ...post,
});
