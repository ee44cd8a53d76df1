import { deletedAccount } from '@dormouse/runtime/deleted-account';
import type { Names } from './names.ts';
import type { PostSummary } from './posts.ts';
import type { Words } from './words-en.ts';

/** Who wrote a post. */
type Written = Pick<PostSummary, 'author' | 'byline'>;

/** Who wrote a post, as printed: "Ada, Grace and Edsger". */
export const byline = ({ byline, author }: Written, words: Words, names: Names): string =>
  words.names(
    byline?.length ? byline : [author === deletedAccount.name ? words.nobody : (names.get(author)?.name ?? author)],
  );

/** Path of the page of who wrote a post; names that an import brought, and deleted accounts, have none. */
export const authorPath = ({ byline, author }: Written): string | undefined =>
  byline?.length || author === deletedAccount.name ? undefined : `/blog/authors/${encodeURIComponent(author)}`;
