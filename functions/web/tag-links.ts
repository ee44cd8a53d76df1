import { tagSlug } from '@dormouse/runtime/slug';
import { type Html, markup } from './html.ts';
import type { Words } from './words-en.ts';

/** Path of a tag's page. */
export const tagPath = (tag: string): string => `/blog/tags/${encodeURIComponent(tagSlug(tag))}`;

/** The tags of a post as links. */
export const tagLinks = (tags: readonly string[], { frame }: Words): Html =>
  markup`<ul class="tags" aria-label="${frame.tags}">${tags.map((tag) => markup`<li><a class="p-category" rel="tag" href="${tagPath(tag)}" dir="auto">${tag}</a></li>`)}</ul>`;
