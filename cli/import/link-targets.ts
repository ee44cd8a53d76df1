import { posix } from 'node:path';

/** Files of the imported folder by what a link may call them. Paths are relative to the folder, with `/`. */
export interface LinkTargets {
  /** The article a target means, seen from the file that links to it. */
  article(from: string, target: string): string | undefined;
  /** The article that a shortcode or a wikilink names: by the end of its path, with or without its date; of several the one beside `from`. */
  named(name: string, from?: string): string | undefined;
  /** The file a target means. `moved`: there is none at that path, but one file of that name elsewhere in the folder. */
  file(from: string, target: string): { path: string; moved: boolean } | undefined;
}

/** An article to link to; `addresses` are those that it had before. */
export interface LinkTarget {
  readonly path: string;
  readonly addresses?: readonly string[];
}

/**
 * Finds what relative targets mean. Sites are built from such folders in different ways, so a target is tried as a path beside the file
 * (`../images/a.png`), beside the directory that the page becomes (`../other-article/`), from the site's root (`/blog/articles/other`),
 * and as an address that an article had.
 */
export function linkTargets(articles: readonly LinkTarget[], files: readonly string[]): LinkTargets {
  const byPage = new Map(articles.map(({ path }) => [page(path), path]));
  const byAddress = new Map(
    articles.flatMap(({ path, addresses = [] }) => addresses.map((address) => [addressKey(address), path])),
  );
  const byEnd = Map.groupBy(
    articles.map(({ path }) => path),
    (path) => posix.basename(page(path)).replace(/^\d{4}-\d{1,2}-\d{1,2}-/, ''),
  );
  /** `/2021/03/04/on-sleep/`: numbers and folders of the one article whose name it ends with. */
  const byPermalink = (target: string) => {
    const parts = page(withoutQuery(target)).split('/').filter(Boolean);
    const alike = byEnd.get(parts.pop() ?? '') ?? [];
    const fits = (path: string) =>
      parts.every((part) => /^\d+$/.test(part) || path.toLowerCase().split('/').includes(part));
    return alike.length === 1 && fits(alike[0]!) ? alike[0] : undefined;
  };
  const byPath = new Map(files.map((path) => [fileKey(path), path]));
  /** Pictures of this platform: their addresses have no endings. */
  const byHash = Map.groupBy(
    files.filter((path) => /(?:^|\/)[0-9a-f]{64}\.\w+$/.test(path)),
    (path) => posix.basename(path).slice(0, 64),
  );
  const byName = Map.groupBy(files, (path) => fileKey(posix.basename(path)));
  const named = (name: string, from?: string): string | undefined =>
    // A name may have the signs that end one in an address: `C# vs C++`.
    namedAs(decodeURIComponentOr(name), from) ?? namedAs(decodeURIComponentOr(name.replace(/[?#].*$/s, '')), from);
  const namedAs = (name: string, from: string | undefined): string | undefined => {
    const wanted = page(name.replace(/^\/+/, '').replace(/^(?:\.\.?\/)+/, ''));
    const alike = byEnd.get(posix.basename(wanted).replace(/^\d{4}-\d{1,2}-\d{1,2}-/, '')) ?? [];
    const exact = alike.filter((path) => `/${page(path)}`.endsWith(`/${wanted}`));
    const found = exact.length > 0 ? exact : alike;
    if (found.length < 2 || from === undefined) return found.length === 1 ? found[0] : undefined;
    const beside = found.filter((path) => posix.dirname(path) === posix.dirname(from));
    return beside.length === 1 ? beside[0] : undefined;
  };
  return {
    article: (from, target) => {
      // Zola's, from its folder of content.
      if (target.startsWith('@/')) return named(target.slice(2));
      const whole = /[#?]/.test(target)
        ? first(wholeCandidates(from, target), (path) => byPage.get(page(path)))
        : undefined;
      if (whole !== undefined) return whole;
      const rooted = target.startsWith('/');
      return (
        (rooted ? byAddress.get(addressKey(target)) : undefined) ??
        first(candidates(from, target), (path) => byPage.get(page(path))) ??
        (rooted ? byPermalink(target) : undefined)
      );
    },
    named,
    file: (from, target) => {
      const path = first([...candidates(from, target), ...below(target)], (one) => byPath.get(fileKey(one)));
      if (path) return { path, moved: false };
      const name = fileKey(posix.basename(withoutQuery(target)));
      const alike = byName.get(name) ?? (/^[0-9a-f]{64}$/.test(name) ? byHash.get(name) : undefined) ?? [];
      return alike.length === 1 ? { path: alike[0]!, moved: true } : undefined;
    },
  };
}

/** One key for the spellings of a file: file systems differ in case, and in how they compose letters with accents. */
const fileKey = (path: string): string => path.normalize('NFC').toLowerCase();

/** Files whose names have the signs that end a path in an address. */
const wholeCandidates = (from: string, target: string): string[] =>
  /\.(?:md|mdx|markdown)$/i.test(target)
    ? [posix.normalize(posix.join('/', posix.dirname(from), decodeURIComponentOr(target))).slice(1)]
    : [];

/** Folders whose files programs put at the site's root; a picture that WordPress made smaller is its original. */
function below(target: string): string[] {
  if (!target.startsWith('/')) return [];
  const path = withoutQuery(target).slice(1);
  const original = path.replace(/-(?:\d+x\d+|scaled)(?=\.\w+$)/, '');
  return ['static', 'public', 'source', 'src', 'assets'].map((folder) => `${folder}/${path}`).concat(original);
}

/** One key for everything that means the same page: `a/b.md`, `a/b/`, `a/b/index.md`, `A/B.html`. */
function page(path: string): string {
  return path
    .normalize('NFC')
    .toLowerCase()
    .replace(/\/+$/, '')
    .replace(/\.(?:md|mdx|mdoc|markdown|mdown|mkdn?|html?)$/, '')
    .replace(/(?:^|\/)(?:index|readme)$/, '');
}

/** One key for all spellings of an address: without host, query, last slash and ending. */
function addressKey(address: string): string {
  const path = address.replace(/^(?:https?:)?\/\/[^/]+/i, '');
  const query = /^[^?#]*\?(?:p|page_id)=\d+/.exec(path);
  return query ? query[0] : `/${page(decodeURIComponentOr(path.replace(/[?#].*$/s, '')).replace(/^\/+/, ''))}`;
}

function candidates(from: string, target: string): string[] {
  const path = withoutQuery(target);
  const within = (base: string) => posix.normalize(posix.join('/', base, path)).slice(1);
  if (!path.startsWith('/')) return [within(posix.dirname(from)), within(from.replace(/\.\w+$/, ''))];
  const parts = path.split('/').filter(Boolean);
  return parts.map((_, index) => parts.slice(index).join('/')).slice(0, 3);
}

function withoutQuery(target: string): string {
  return decodeURIComponentOr(target.replace(/[?#].*$/s, ''));
}

function decodeURIComponentOr(path: string): string {
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
