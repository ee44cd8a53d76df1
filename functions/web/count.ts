import { type Html, markup } from './html.ts';
import type { Words } from './words-en.ts';

/** A number of posts, as short as it can be shown, and whole for who has it read out. */
export const countOf = (posts: number, t: Words): Html =>
  markup`<span class="count"><span aria-hidden="true">${t.number(posts)}</span><span class="hidden">${t.posts(posts)}</span></span>`;
