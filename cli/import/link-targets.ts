import { posix } from 'node:path';

/** Files of the imported folder by what a link may call them. Paths are relative to the folder, with `/`. */
export interface LinkTargets {
  /** The article a target means, seen from the file that links to it. */
  article(from: string, target: string): string | undefined;
  /** The file a target means. `moved`: there is none at that path, but one file of that name elsewhere in the folder. */
  file(from: string, target: string): { path: string; moved: boolean } | undefined;
}

/**
 * Finds what relative targets mean. Sites are built from such folders in different ways, so a target is tried as a path beside the file
 * (`../images/a.png`), beside the directory that the page becomes (`../other-article/`), and from the site's root (`/blog/articles/other`).
 */
export function linkTargets(articles: readonly string[], files: readonly string[]): LinkTargets {
  const byPage = new Map(articles.map((path) => [page(path), path]));
  const byPath = new Map(files.map((path) => [path.toLowerCase(), path]));
  const byName = Map.groupBy(files, (path) => posix.basename(path).toLowerCase());
  return {
    article: (from, target) => first(candidates(from, target), (path) => byPage.get(page(path))),
    file: (from, target) => {
      const path = first(candidates(from, target), (one) => byPath.get(one.toLowerCase()));
      if (path) return { path, moved: false };
      const alike = byName.get(posix.basename(withoutQuery(target)).toLowerCase()) ?? [];
      return alike.length === 1 ? { path: alike[0]!, moved: true } : undefined;
    },
  };
}

/** One key for everything that means the same page: `a/b.md`, `a/b/`, `a/b/index.md`, `A/B.html`. */
function page(path: string): string {
  return path
    .toLowerCase()
    .replace(/\/+$/, '')
    .replace(/\.(?:md|markdown|html?)$/, '')
    .replace(/(?:^|\/)(?:index|readme)$/, '');
}

function candidates(from: string, target: string): string[] {
  const path = withoutQuery(target);
  const within = (base: string) => posix.normalize(posix.join('/', base, path)).slice(1);
  if (!path.startsWith('/')) return [within(posix.dirname(from)), within(from.replace(/\.\w+$/, ''))];
  const parts = path.split('/').filter(Boolean);
  return parts.map((_, index) => parts.slice(index).join('/')).slice(0, 3);
}

function withoutQuery(target: string): string {
  const path = target.replace(/[?#].*$/s, '');
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function first<T>(paths: readonly string[], find: (path: string) => T | undefined): T | undefined {
  for (const path of paths) {
    const found = find(path);
    if (found !== undefined) return found;
  }
  return undefined;
}
