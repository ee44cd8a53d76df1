import type { Sql } from '@dormouse/runtime/sql-types';

/** Hashes of all pictures that something names. Rejects unless everybody could be asked. */
export type NamedPictures = () => Promise<Set<string>>;

/**
 * Asks those whose texts and settings can show a picture: posts (with drafts, versions and deleted posts) and auth (settings, profiles), each
 * by the function that its schema offers for it. Whatever comes to show pictures has to be asked here.
 */
export const namedPictures =
  (sql: Sql): NamedPictures =>
  async () => {
    const named = new Set<string>();
    for (let behind = '0'; ; ) {
      const [part] = await sql<{ last: string | null; hashes: string[] }[]>`
        SELECT last, hashes FROM posts.pictures_named(${behind}::bigint)`;
      if (!part) throw new Error('posts did not say which pictures it names');
      for (const hash of part.hashes) named.add(hash);
      if (part.last === null) break;
      behind = part.last;
    }
    for (const { hash } of await sql<{ hash: string }[]>`SELECT hash FROM auth.pictures_named() AS hash`)
      named.add(hash);
    return named;
  };
