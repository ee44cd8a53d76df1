import { skeleton } from '@dormouse/posts/slug';
import { slugOf } from '@dormouse/runtime/slug';
import type { Article } from './article.ts';

/**
 * Slugs by path, decided in the order of the paths, translations last: the second of two that look the same, which the blog would not
 * take, gets its language or its category's name behind it, then a number.
 */
export function uniqueSlugs(
  articles: readonly Pick<Article, 'path' | 'slug' | 'category' | 'language'>[],
): Map<string, string> {
  const taken = new Set<string>();
  const lastNumbers = new Map<string, number>();
  const isFree = (slug: string) => !taken.has(skeleton(slugOf(slug)));
  const translations = articles.filter(({ language }) => language !== undefined);
  const first = articles.filter(({ language }) => language === undefined);
  return new Map(
    [...first, ...translations].map(({ path, slug, category, language }) => {
      const choices = [slug, ...(language ? [`${slug}-${slugOf(language)}`] : []), `${slug}-${slugOf(category)}`];
      let free = choices.find(isFree);
      let number = lastNumbers.get(slug) ?? 1;
      while (free === undefined) {
        number++;
        if (isFree(`${slug}-${number}`)) free = `${slug}-${number}`;
      }
      lastNumbers.set(slug, number);
      taken.add(skeleton(slugOf(free)));
      return [path, free];
    }),
  );
}
