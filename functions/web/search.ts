import type { QueryOf, ResponseOf } from '@dormouse/runtime/api';
import { apiClient } from '@dormouse/runtime/api-client';
import type { api } from '@dormouse/search/api';
import { cursorIn, nextIn } from './link-header.ts';
import { type Call, okResponse, senderTo } from './upstream.ts';

/** A post that was found. `highlight` is HTML that search has made safe: text, and `<mark>`. */
export type SearchResult = ResponseOf<typeof api.search, 200>[number];
export type SearchQuery = Omit<QueryOf<typeof api.search>, 'limit'> & { limit: number };

export interface Results {
  posts: readonly SearchResult[];
  /** Cursor of the next page. */
  next?: string;
  /** Of all pages, `12` or `1000+`; on the first one. */
  count?: string;
  /** Where nothing was found: other words, which find something. */
  suggestion?: string;
}

/** What web needs of search. Throws AppError with what search answered. */
export interface Search {
  find(query: SearchQuery): Promise<Results>;
}

/** Search by HTTP at `url`. */
export function searchAt(url: string, call: Call): Search {
  const client = apiClient<typeof api>(senderTo(url, call));
  return {
    async find(query) {
      const { status, headers, body } = okResponse(await client('GET /blog/api/search', { query }));
      if (status !== 200) throw new Error('results were asked for without an entity tag');
      const count = headers.get('x-total-count');
      const suggestion = cursorIn(headers, 'related', 'q');
      return { posts: body, ...nextIn(headers), ...(count && { count }), ...(suggestion && { suggestion }) };
    },
  };
}
