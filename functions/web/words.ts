import { english, type Words } from './words-en.ts';
import { korean } from './words-ko.ts';

/**
 * The words of pages in a blog's language: Korean for `ko`, `ko-KR` and the like, English for every other.
 * @param language the setting of the blog (BCP 47)
 */
export const wordsOf = (language: string): Words => (/^ko(?:-|$)/i.test(language) ? korean : english);
