import type { Article } from './article.ts';
import { latin } from './latin.ts';

/** Slugs by path, decided in the order of the paths: the second of two equal ones gets its category's name behind it, then a number. */
export function uniqueSlugs(articles: readonly Pick<Article, 'path' | 'slug' | 'category'>[]): Map<string, string> {
  const taken = new Set<string>();
  return new Map(
    articles.map(({ path, slug, category }) => {
      const choices = [slug, `${slug}-${latin(category) || 'more'}`];
      let free = choices.find((choice) => !taken.has(choice));
      for (let number = 2; free === undefined; number++)
        if (!taken.has(`${slug}-${number}`)) free = `${slug}-${number}`;
      taken.add(free);
      return [path, free];
    }),
  );
}
