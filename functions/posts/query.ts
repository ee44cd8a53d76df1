import { check } from '@dormouse/runtime/app';
import { api } from './api.ts';
import type { ListQuery } from './fields.ts';
import { filterOf } from './page.ts';
import type { Filter } from './store.ts';

export interface ListRequest {
  query: ListQuery;
  filter: Filter;
}

const kept = 300;
const seen = new Map<string, ListRequest>();

/**
 * The list that a URL asks for. Readers ask for the same few over and over, so the last ones are remembered: checking costs
 * several times as much as the rest of a request.
 * @throws AppError invalid naming every parameter that is wrong
 */
export function readListQuery(url: string): ListRequest {
  const search = url.slice(url.indexOf('?', 8) + 1 || url.length);
  const known = seen.get(search);
  if (known) return known;
  const query = check(api.list.query, Object.fromEntries(new URLSearchParams(search)));
  const request = { query, filter: filterOf(query) };
  if (seen.size >= kept) seen.clear();
  if (search.length <= 500) seen.set(search, request);
  return request;
}
