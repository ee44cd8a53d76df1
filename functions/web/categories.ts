import type { api } from '@dormouse/categories/api';
import type { ResponseOf } from '@dormouse/runtime/api';
import { apiClient } from '@dormouse/runtime/api-client';
import { type Call, okResponse, senderTo } from './upstream.ts';

export type Category = ResponseOf<typeof api.get, 200>;

/** What web needs of categories. */
export interface Categories {
  all(): Promise<readonly Category[]>;
  /** The slug under which a category is found now that had this one once; 404 when none had. */
  movedTo(slug: string): Promise<string>;
}

/** Categories by HTTP at `url`. */
export function categoriesAt(url: string, call: Call): Categories {
  const client = apiClient<typeof api>(senderTo(url, call));
  return {
    async all() {
      return okResponse(await client('GET /blog/api/categories')).body ?? [];
    },
    async movedTo(slug) {
      const { status, headers, body } = okResponse(
        await client('GET /blog/api/categories/:category', { params: { category: slug } }),
      );
      return status === 200 ? body.slug : decodeURIComponent(headers.get('location')?.split('/').pop() ?? '');
    },
  };
}
