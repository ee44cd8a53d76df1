import { tagSlug } from '@dormouse/runtime/slug';
import type { PostSummary } from './posts.ts';

/** A tag as the first of its posts spells it. @param posts newest first */
export const spelling = (posts: readonly PostSummary[], slug: string): string =>
  posts.flatMap(({ tags }) => tags).find((tag) => tagSlug(tag) === slug) ?? slug;
