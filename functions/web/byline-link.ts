import { deletedAccount } from '@dormouse/runtime/deleted-account';
import { byline } from './byline.ts';
import { type Html, markup } from './html.ts';
import type { PostSummary } from './posts.ts';
import type { Words } from './words-en.ts';

/** Who wrote a post, leading to the author's page; names that an import brought, and deleted accounts, have none. */
export const bylineLink = (post: Pick<PostSummary, 'author' | 'byline'>, words: Words): Html =>
  post.byline?.length || post.author === deletedAccount.name
    ? markup`<span class="p-author">${byline(post, words)}</span>`
    : markup`<a class="p-author h-card" rel="author" href="/blog/authors/${encodeURIComponent(post.author)}">${post.author}</a>`;
