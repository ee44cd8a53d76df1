import { outbox } from '@dormouse/runtime/outbox';
import { openSql } from '@dormouse/runtime/sql';
import type { TestDatabase } from '@dormouse/tests/database';
import { openCategories, type Post } from './store.ts';

/** The store as it runs in a function: own role, own connections; what it emits stays in the outbox. */
export function openStore(db: TestDatabase) {
  const sql = openSql({ databaseUrl: db.urlOf('categories'), service: 'categories' });
  const box = outbox({ sql, source: '/categories' });
  const categories = openCategories({ sql, outbox: box });
  return {
    categories,
    /** What a post's event does. */
    count: (post: Post) => box.transaction((tx, emit) => categories.count(post, tx, emit)),
    /** What the events of several posts do that came together; `told` gets whose news each of its events follows from. */
    countAll: (posts: readonly Post[], told: (post: Post, type: string) => void = () => {}) =>
      box.transaction((tx, emit) =>
        categories.countAll(
          posts.map((post) => ({
            ...post,
            emit: (contract, ...rest) => {
              told(post, contract.type);
              emit(contract, ...rest);
            },
          })),
          tx,
        ),
      ),
    end: () => sql.end(),
  };
}

/** No posts, and the default categories without any. */
export async function emptied({ admin }: TestDatabase): Promise<void> {
  await admin`DELETE FROM posts.posts`;
  await admin`DELETE FROM categories.counted`;
  await admin`DELETE FROM categories.categories WHERE NOT is_default`;
  await admin`UPDATE categories.categories SET post_count = 0`;
}
