import type { CategoryRef } from './posts.ts';
import { type Call, okResponse } from './upstream.ts';

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
      const response = await okResponse(await call(`${url}/blog/api/categories`));
      return (await response.json()) as Category[];
    },
    async movedTo(slug) {
      const response = await okResponse(
        await call(`${url}/blog/api/categories/${encodeURIComponent(slug)}`),
        [301, 308],
      );
      return response.ok
        ? ((await response.json()) as Category).slug
        : decodeURIComponent(response.headers.get('location')?.split('/').pop() ?? '');
    },
  };
}
