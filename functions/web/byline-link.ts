import { authorPath, byline } from './byline.ts';
import { face } from './face.ts';
import { type Html, markup } from './html.ts';
import type { Names } from './names.ts';
import type { PostSummary } from './posts.ts';
import type { Words } from './words-en.ts';

/** Who wrote a post, with their picture, leading to the author's page where there is one. */
export function bylineLink(post: Pick<PostSummary, 'author' | 'byline'>, words: Words, names: Names): Html {
  const path = authorPath(post);
  const printed = byline(post, words, names);
  return path === undefined
    ? markup`<span class="p-author">${printed}</span>`
    : markup`<a class="p-author h-card" rel="author" href="${path}">${face(names.get(post.author)?.picture)}${printed}</a>`;
}
