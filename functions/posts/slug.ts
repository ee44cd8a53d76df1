const resembling = 'аеіјкорсухѕԁԛԝһνοραικυχօոսհցıɡɑ';
const latin = 'aeijkopcyxsdqwhvopaikuxonuhgiga';
const looksLike = new Map([...resembling].map((character, i) => [character, latin.charAt(i)]));

/**
 * What a slug looks like: without accents, and Cyrillic, Greek and Armenian letters as the Latin ones they resemble. Two slugs of
 * one skeleton never exist, so nobody can pass a post off as another by its address.
 */
export function skeleton(slug: string): string {
  const bare = slug.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
  return [...bare].map((character) => looksLike.get(character) ?? character).join('');
}

/** A slug out of an address, as slugs are written; undefined for what cannot be one (PostgreSQL has no text with NUL). */
export const canonical = (slug: string): string | undefined =>
  slug.length > 400 || /[\u0000-\u001f\p{Surrogate}]/u.test(slug)
    ? undefined
    : slug.normalize('NFKC').toLowerCase().normalize('NFKC');
