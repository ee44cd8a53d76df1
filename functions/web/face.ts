import { face as file } from '@dormouse/runtime/picture-variants';
import { type Html, markup, none } from './html.ts';
import { identityPath } from './identity-pictures.ts';

/**
 * Somebody's picture beside their name, which says what it shows. Its form is named without asking media: a page does not wake it for a face.
 * @param hash of the picture; undefined: none
 */
export const face = (hash: string | undefined): Html =>
  hash === undefined
    ? none
    : markup`<img class="avatar u-photo" src="${identityPath(hash, file.name)}" width="28" height="28" alt="" loading="lazy" decoding="async">`;
