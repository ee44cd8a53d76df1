import type { CategoryRef } from './posts.ts';
import { answered, type Call } from './upstream.ts';

export interface Category extends CategoryRef {
  /** Published posts in it. */
  post_count: number;
}

/** What web needs of categories. */
export interface Categories {
  all(): Promise<readonly Category[]>;
  /** The slug under which a category is found now that had this one once; 404 when none had. */
  movedTo(slug: string): Promise<string>;
}

/** Categories by HTTP at `url`. */
export function categoriesAt(url: string, call: Call): Categories {
  return {
    async all() {
      const answer = await answered(await call(`${url}/blog/api/categories`));
      return (await answer.json()) as Category[];
    },
    async movedTo(slug) {
      const answer = await answered(await call(`${url}/blog/api/categories/${encodeURIComponent(slug)}`), [301, 308]);
      return answer.ok
        ? ((await answer.json()) as Category).slug
        : decodeURIComponent(answer.headers.get('location')?.split('/').pop() ?? '');
    },
  };
}
