import { tagSlug } from '@dormouse/runtime/slug';
import { type Html, markup } from './html.ts';

/** Path of a tag's page. */
export const tagPath = (tag: string): string => `/blog/tags/${encodeURIComponent(tagSlug(tag))}`;

/** The tags of a post as links. */
export const tagLinks = (tags: readonly string[]): Html =>
  markup`<ul class="tags" aria-label="Tags">${tags.map((tag) => markup`<li><a rel="tag" href="${tagPath(tag)}" dir="auto">${tag}</a></li>`)}</ul>`;
