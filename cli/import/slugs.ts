import { slugOf } from '@dormouse/runtime/slug';
import type { Article } from './article.ts';

/**
 * Slugs by path, decided in the order of the paths, translations last: the second of two equal ones gets its language or its
 * category's name behind it, then a number.
 */
export function uniqueSlugs(
  articles: readonly Pick<Article, 'path' | 'slug' | 'category' | 'language'>[],
): Map<string, string> {
  const taken = new Set<string>();
  const translations = articles.filter(({ language }) => language !== undefined);
  const first = articles.filter(({ language }) => language === undefined);
  return new Map(
    [...first, ...translations].map(({ path, slug, category, language }) => {
      const choices = [slug, ...(language ? [`${slug}-${slugOf(language)}`] : []), `${slug}-${slugOf(category)}`];
      let free = choices.find((choice) => !taken.has(choice));
      for (let number = 2; free === undefined; number++)
        if (!taken.has(`${slug}-${number}`)) free = `${slug}-${number}`;
      taken.add(free);
      return [path, free];
    }),
  );
}
