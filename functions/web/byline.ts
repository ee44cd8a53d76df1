import { deletedAccount } from '@dormouse/runtime/deleted-account';
import type { PostSummary } from './posts.ts';
import type { Words } from './words-en.ts';

/** Who wrote a post, as printed: "Ada, Grace and Edsger". */
export const byline = ({ byline, author }: Pick<PostSummary, 'author' | 'byline'>, { names, nobody }: Words): string =>
  names(byline?.length ? byline : [author === deletedAccount.name ? nobody : author]);
