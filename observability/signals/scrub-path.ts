import { scrub } from './scrub.ts';

/** A path without what must not be told, segment by segment: an e-mail address may have slashes, and would take the whole path with it. */
export const scrubPath = (path: string): string => (scrub(path) === path ? path : path.split('/').map(scrub).join('/'));
